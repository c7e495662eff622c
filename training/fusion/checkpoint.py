"""A trained fused model as one file: weights, the sizes that they fit, and what the package's manifest has to know."""

from dataclasses import asdict
from pathlib import Path

import torch

from dataset import Refused
from fusion.encoder import EncoderConfig
from fusion.fused import Fused, HeadConfig


def save(path, model, settings, data, **more) -> None:
    """Written whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {"encoder": model.encoder.settings if model.encoder is not None else None, "head": model.head.settings,
             "state": model.state_dict(), "settings": asdict(settings), "features": list(data.names), "about": dict(data.about),
             "tokenizer": data.texts.tokenizer if data.texts is not None else None,
             "event_types": list(data.events.types) if model.head.config.events else None, **more}
    torch.save(state, path.with_suffix(".partial"))
    path.with_suffix(".partial").replace(path)


def load(path) -> tuple[Fused, dict]:
    """The model, ready to score, and everything that was saved with it."""
    try:
        state = torch.load(path, map_location="cpu")
    except FileNotFoundError:
        raise Refused(f"{path} does not exist: train rung 9 first") from None
    except Exception as broken:   # torch raises many types for a file that is not a checkpoint
        raise Refused(f"{path} is not a checkpoint ({type(broken).__name__}); train again") from None
    if not isinstance(state, dict) or not {"encoder", "head", "state"} <= set(state):
        raise Refused(f"{path} is not a checkpoint of rung 9; train again")
    return model_of(state), state


def model_of(state: dict) -> Fused:
    """The model that was saved so, ready to score."""
    try:
        encoder = EncoderConfig(**state["encoder"]) if state["encoder"] else None
        model = Fused(encoder, HeadConfig(**state["head"]))
        model.load_state_dict(state["state"])
    except (RuntimeError, TypeError):
        raise Refused("this checkpoint is of an older version of the program; train again") from None
    if encoder:
        model.encoder.body.resting = not state["settings"]["layers"]
    return model.eval()
