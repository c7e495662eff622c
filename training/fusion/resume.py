"""Checkpoints of a loop: all that an interrupted run needs to go on as if nothing had happened."""

import pickle
from pathlib import Path

import torch


def save(folder, name: str, settings: dict, plain: dict, **parts) -> None:
    """
    Writes folder/name.pt, whole or not at all; nothing where folder is None. `parts` have a state_dict, `plain` is as it is,
    `settings` are those that matter here.
    """
    if folder is None:
        return
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save({"settings": settings, "random": torch.get_rng_state(), "plain": plain,
                "parts": {key: part.state_dict() for key, part in parts.items()}}, folder / f"{name}.partial")
    (folder / f"{name}.partial").replace(folder / f"{name}.pt")


def load(folder, name: str, settings: dict, **parts) -> dict | None:
    """What was given as `plain`, with the parts put back; None where there is no checkpoint, or one of other settings."""
    state = read(folder, name)
    if state is None or state["settings"] != settings:
        return None
    for key, part in parts.items():
        part.load_state_dict(state["parts"][key])
    torch.set_rng_state(state["random"])     # of dropout
    return state["plain"]


def finished(folder, name: str, settings: dict, steps: int) -> bool:
    """Whether folder/name.pt is of a loop that came to its end, so that it need not be prepared again."""
    state = read(folder, name)
    return state is not None and state["settings"] == settings and state["plain"]["step"] == steps


def read(folder, name: str) -> dict | None:
    """A checkpoint; None where there is none, or what a bad disk left of one: then the loop begins anew."""
    path = Path(folder) / f"{name}.pt" if folder is not None else None
    if path is None or not path.exists():
        return None
    try:
        return torch.load(path, map_location="cpu")
    except (OSError, ValueError, RuntimeError, EOFError, pickle.UnpicklingError):
        return None
