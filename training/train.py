"""
One command from data to a model package: export, train, package. The other kinds of training have a flag (each with its own --help):

    ./jianwei train --data warn        # models/warn-closure/<version>: closure after a lay-off notice
    ./jianwei train --data yc          # models/yc-inactive/<version>: a start-up goes inactive
    ./jianwei train --ladder …         # every kind of model on one data set or table, one table of figures (run_ladder.py)
    ./jianwei train --tune …           # searches a rung's settings (tune.py)
    ./jianwei train --ablate …         # a rung without each of its parts (ablate.py)
    ./jianwei train --discover …       # proposes entries of the feature catalogue (discover.py)

Each step is one program that can be run alone; this prints the commands as it runs them. An export of an earlier run is made
again unless --keep-export, because only the program knows whether the catalogue or the features have changed since.
"""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

TRAINING = Path(__file__).resolve().parent
ROOT = TRAINING.parent


@dataclass(frozen=True)
class Task:
    """What one data set is trained for, and where its time is cut."""

    model: str
    file: str              # below ../shared/data
    at: str
    target: str            # event type that is the outcome
    words: str             # the same for people: it goes into the manifest
    validate_from: str
    test_from: str
    embargo_days: int


TASKS = {
    "warn": Task(
        "warn-closure", "warn/notices-1987-2022.csv.gz", "notice", "outcome.closure",
        "another plant-closure notice (WARN Act) by the same US employer: closure, not default,",
        "2018-01-01", "2020-01-01", 365),
    # The feed is two years long where labels are known: an embargo of a year would leave nothing to train on. Labels of
    # neighbouring slices overlap, which is why the figures include companies that no net was trained on.
    "yc": Task(
        "yc-inactive", "yc/changes-2021-2024.ndjson.gz", "monthly", "outcome.closure",
        "a start-up is marked inactive in the YC directory: inactivity, not default,",
        "2022-10-01", "2023-01-01", 0),
}


MODES = {"--ladder": "run_ladder", "--tune": "tune", "--ablate": "ablate", "--discover": "discover"}


def main() -> None:
    for flag, module in MODES.items():
        if flag in sys.argv[1:]:
            sys.exit(other(module, [word for word in sys.argv[1:] if word != flag]))
    if "--table" in sys.argv[1:]:
        sys.exit("error: --table goes with --ladder, --tune or --ablate")
    a = arguments().parse_args()
    task = TASKS[a.data]
    file = Path(a.file) if a.file else ROOT.parent / "shared" / "data" / task.file
    export, run = TRAINING / "data" / a.data, TRAINING / "runs" / a.data
    if not (a.keep_export and (export / "manifest.json").exists()):
        if not file.exists():
            sys.exit(f"error: {file} does not exist; name the data with --file")
        step(ROOT / "jianwei", "export", "--out", export, "--target", task.target, "--horizon", 365, "--at", task.at,
             "--from", f"{a.data}:{file}")
    step(sys.executable, TRAINING / "train_tabular.py", "--export", export, "--run", run, "--validate-from", task.validate_from,
         "--test-from", task.test_from, "--embargo-days", task.embargo_days, "--target", task.words, "--threads", a.threads,
         "--seeds", a.seeds, "--command", f"./jianwei train --data {a.data}", *(["--no-refit"] if a.no_refit else []))
    step(sys.executable, TRAINING / "export_onnx.py", "--run", run, "--name", task.model, "--version", a.version, "--models", a.models)


def other(module: str, words: list[str]) -> int:
    """Runs another way of training in this process; its exit code."""
    from importlib import import_module
    from dataset import Refused
    try:
        return import_module(module).main(words)
    except Refused as refused:
        print(f"error: {refused}", file=sys.stderr)
        return refused.code
    except KeyboardInterrupt:
        print("interrupted; the same command goes on where this one stopped", file=sys.stderr)
        return 130


def step(*command) -> None:
    words = [str(word) for word in command]
    print("$ " + " ".join(words), flush=True)
    done = subprocess.run(words, check=False)
    if done.returncode:
        sys.exit(done.returncode)   # the step has said why


def arguments() -> argparse.ArgumentParser:
    today = date.today()
    p = argparse.ArgumentParser(prog="./jianwei train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", choices=sorted(TASKS), required=True)
    p.add_argument("--file", help="the data, if not ../shared/data/…")
    p.add_argument("--version", default=f"{today.year}.{today.month}.0",
                   help="version of the package (default: %(default)s); an existing one is replaced")
    p.add_argument("--models", type=Path, default=ROOT / "models")
    p.add_argument("--seeds", type=int, default=5)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--keep-export", action="store_true", help="train on the export of the last run")
    p.add_argument("--no-refit", action="store_true", help="ship the weights that were tested")
    return p


if __name__ == "__main__":
    main()
