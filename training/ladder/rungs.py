"""
The ladder's rungs: what each has to be, and how they are found.

A rung is a class in any module of this folder:

    from ladder.rungs import Fitted, Rung, register

    @register
    class Mine(Rung):
        number, name = "4", "TabNet, ours"
        needs = {"lightgbm"}                  # data ("text", "tokens", "events") and Python packages; else the rung is left out
        settings = {"width": 32}              # every setting with its default; [rung.4] of the config file changes them

        def fit(self, data, split, seed, config, say): ...
            return Fitted(lambda rows: logits, history=[...])
"""

import importlib
import pkgutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import numpy as np

import wheels
from dataset import Refused

ORDER = ["1", "2", "2b", "3", "4", "4r", "4t", "5", "6", "7", "8", "9b", "9"]
DATA_NEEDS = {"text": "texts", "tokens": "texts as token ids (a table has none)", "events": "events (a table has none)",
              "categorical": "categorical fields"}
NOT_RUNGS = {"rungs"}


@dataclass(frozen=True)
class Config:
    """What a fit is told besides data: where it may keep what it needs to resume, and its settings."""

    folder: Path                # of this (rung, seed); it survives an interruption and is removed by --fresh
    size: str = "demo"          # "demo" or "full"
    device: str = "cpu"         # a torch device
    threads: int = 1
    settings: dict = field(default_factory=dict)     # the rung's own, complete
    report: Callable[[int, float], bool] | None = None   # tuning: (step, validation loss) -> stop now

    def __getattr__(self, name):
        """config.width is settings["width"]."""
        try:
            return self.__dict__["settings"][name]
        except KeyError:
            raise AttributeError(f"this rung has no setting {name}") from None


@dataclass
class Fitted:
    """A trained model: logits of any rows of its data set, higher is riskier."""

    score: Callable[[np.ndarray], np.ndarray]
    history: list[dict] = field(default_factory=list)    # learning curve: {"epoch", "train", "valid"} and more
    notes: dict = field(default_factory=dict)            # what the results should say of it

    def logits(self, rows) -> np.ndarray:
        """(B,) row numbers -> (B,) float64."""
        found = np.asarray(self.score(np.asarray(rows)), np.float64)
        if found.shape != (len(rows),) or not np.isfinite(found).all():
            raise Refused(f"a rung returned logits of shape {found.shape} for {len(rows)} rows, or some that are not finite")
        return found


class Rung:
    """One kind of model."""

    number: str
    name: str
    needs: set[str] = set()
    settings: dict = {}
    settings_full: dict = {}        # what --size full changes
    reads_text: bool = False        # fitted again where the texts changed
    reads_strangers: bool = False   # and where the rows changed that only pre-training reads
    parts: dict[str, str] = {}      # number of a rung that is fitted in the same way within this one -> the sub-folder of its checkpoints
    weight: int = 1                 # about the minutes that a seed takes at demo; what takes longer begins earlier
    seeded: bool = True             # False: every seed gives the same, so it is fitted once

    def fit(self, data, split, seed: int, config: Config, say: Callable[[str], None]) -> Fitted:
        raise NotImplementedError

    def space(self, trial) -> dict:
        """Settings that an Optuna trial suggests (--tune)."""
        raise Refused(f"rung {self.number} has no search space")

    def missing(self, data) -> list[str]:
        """What it needs and has not, in words."""
        gone = [n for n in sorted(self.needs) if (n not in data.has if n in DATA_NEEDS else not wheels.offer(n))]
        return [DATA_NEEDS.get(n, f"the Python package {n} (training/requirements.txt)") for n in gone]


registry: dict[str, Rung] = {}


def register(kind: type) -> type:
    if kind.number in registry and type(registry[kind.number]).__name__ != kind.__name__:
        raise Refused(f"two rungs are numbered {kind.number}: {registry[kind.number].name} and {kind.name}")
    registry[kind.number] = kind()
    return kind


def discover() -> tuple[list[Rung], list[str]]:
    """Imports every module of this folder; rungs in the ladder's order, and a line for each module that could not be imported."""
    problems = []
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if module.name not in NOT_RUNGS:
            try:
                importlib.import_module(f"ladder.{module.name}")
            except ModuleNotFoundError as gone:
                problems.append(f"rungs of ladder/{module.name}.py are left out: "
                                f"the Python package {gone.name} is missing (training/requirements.txt)")
    known = lambda number: (ORDER.index(number), "") if number in ORDER else (len(ORDER), number)
    return sorted(registry.values(), key=lambda rung: known(rung.number)), problems


def settings_of(rung: Rung, size: str, given: dict) -> dict:
    """Defaults, then what the size changes, then what the config file says; an unknown name is refused."""
    unknown = sorted(set(given) - set(rung.settings))
    if unknown:
        raise Refused(f"[rung.{rung.number}] has no setting {unknown[0]}; allowed are {', '.join(sorted(rung.settings)) or 'none'}")
    return {**rung.settings, **(rung.settings_full if size == "full" else {}), **given}
