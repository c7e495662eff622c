"""
Data sets by name: makes the exports that a run needs and reads them, with the rows dealt out.

    data, split = sets.load(run, say)

sim: worlds of ./jianwei simulate, exported: the first to learn from and the second for the test, both with their probabilities of default
joined on, and any others to be read without labels. yc, warn: ../shared/data.
An export is made again when its command, the program's sources, the catalogue or the tokenizer changed.
"""

import hashlib
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

import data as datasets
import split as splits
import table
from config import Run
from data import Data, Split
from dataset import DAY, Refused, day, seconds
from train import ROOT, TASKS, TRAINING

WORLD = ("companies", "years", "seed")
OTHERS = "cdef"         # folders of the worlds without labels


def load(run: Run, say=print, folder: Path = TRAINING / "data") -> tuple[Data, Split]:
    if run.data == "table":
        found = table.read(run.table)
        say(table.roles(found.about))
        check_time(run, found)
    elif run.data == "sim":
        specs = checked(run)
        with ThreadPoolExecutor(2) as pool:             # an export keeps one core busy
            found = datasets.join(list(pool.map(lambda i: world(run, i, specs[i], folder, say), range(len(specs)))))
    else:
        found = real(run, folder, say)
    split = splits.make(found, run.split)
    for name, rows in split.parts().items():
        about = split.about[name]
        say(f"{name}: {about['rows']:,} rows of {about['companies']:,} groups, "
            f"{about['from'] or 'no time'} to {about['to'] or 'no time'}, {about['positive']:,} positive")
    return found, split


def check_time(run: Run, found: Data) -> None:
    """A table with times is cut in time, one without is not."""
    if not run.table.get("time"):
        if "embargo_days" in run.split or run.split.get("valid_from"):
            raise Refused("the split has dates or an embargo, but the table has no time; name its column with --time COLUMN")
    elif not run.split.get("valid_from"):
        days = run.split.get("embargo_days", splits.SETTINGS["embargo_days"])
        cuts = suggested(found, days, run.split.get("test_from"))
        first = "the table has times, so its slices follow in time: say where they begin"
        reach = (f"--embargo-days is how far labels reach ahead ({days} here): rows so shortly before the valid and the test slice "
                 "are left out")
        if cuts is None:
            raise Refused(f"{first}, with --valid-from, --calibrate-from and --test-from. {reach}. No dates are suggested: of "
                          f"{day(found.time.min())} to {day(found.time.max())}, cut as usual, some slice has no row or only one of the labels")
        raise Refused("{}, e.g. --valid-from {} --calibrate-from {} --test-from {}. {}".format(first, *cuts, reach))


def suggested(found: Data, embargo_days: int, test_from: str | None) -> list[str] | None:
    """Days on which the valid, the calibrate and the test slice of a table could begin, or None where one of them would not do."""
    test = seconds(test_from) if test_from else np.quantile(found.time, 0.8)
    embargo = embargo_days * DAY
    before = found.time[(found.time >= found.time.min() + embargo) & (found.time < test - embargo)]     # rows that may be judged
    if not len(before):
        return None
    cuts = [day(at) for at in (*np.quantile(before, (0.7, 0.85)), test)]
    try:
        splits.make(found, {**dict(zip(("valid_from", "calibrate_from", "test_from"), cuts)), "embargo_days": embargo_days})
    except Refused:
        return None
    return cuts


def checked(run: Run) -> list[dict]:
    """The worlds of a run, whole; whatever is wrong with them is said before the first of them is made."""
    if not 2 <= len(run.worlds) <= 2 + len(OTHERS):
        raise Refused("sim needs two [[worlds]], one to learn from and one for the test, and takes up to "
                      f"{len(OTHERS)} more that are read without labels; the file has {len(run.worlds)}")
    dates = {name: seconds(run.split[name]) for name in ("valid_from", "calibrate_from", "test_from") if run.split.get(name)}
    if len(dates) < 3:
        raise Refused("sim is split in time: [split] has no "
                      f"{next(name for name in ('valid_from', 'calibrate_from', 'test_from') if name not in dates)}")
    found = []
    for i, given in enumerate(run.worlds):
        which = f"[[worlds]] number {i + 1}"
        unknown, missing = sorted(set(given) - {*WORLD, "first_year", "world"}), sorted(set(WORLD) - set(given))
        if unknown or missing:
            raise Refused(f"{which} has no {', '.join(missing)}" if missing else
                          f"{which}: unknown setting {unknown[0]}; allowed are {', '.join(WORLD)}, first_year, world")
        spec = {"first_year": 2021, "world": {}, **given}
        for name in (*WORLD, "first_year"):
            least = 0 if name == "seed" else 1
            if type(spec[name]) is not int or spec[name] < least:
                raise Refused(f"{which}: {name} is {spec[name]!r}; it has to be a whole number from {least} on")
        begin, end = (seconds(f"{spec['first_year'] + years}-01-01") for years in (0, spec["years"]))
        name = ("calibrate_from", "test_from")[i] if i < 2 else "valid_from"
        if not begin < dates[name] or end < dates[name] or (i < 2 and end == dates[name]):
            why = "where labels are read" if i < 2 else "up to where futures are read"
            raise Refused(f"{which} is of {spec['first_year']} to {spec['first_year'] + spec['years'] - 1}; "
                          f"it has to reach {name} ({run.split[name]}), {why}")
        found.append(spec)
    seeds = [spec["seed"] for spec in found]
    if len(set(seeds)) < len(seeds):
        raise Refused(f"the seeds of [[worlds]] are {seeds}; each world needs its own, or what is learned is tested on itself")
    return found


def world(run: Run, i: int, spec: dict, folder: Path, say) -> Data:
    """One simulated world, thinned to the rows that the split can use; from the third on its labels are not even known."""
    labels = i < 2
    place = folder / f"{run.name}-{'ab'[i] if labels else OTHERS[i - 2]}"
    command = ["simulate", "--companies", spec["companies"], "--years", spec["years"], "--seed", spec["seed"],
               "--first-year", spec["first_year"], *(["--truth"] if labels else []),
               *(w for name, value in spec["world"].items() for w in ("--set", f"World:{name}={value}"))]
    if stale(place / "world", command, ["src/Simulator"]):
        program(*command, "--out", place / "world", say=say)
        stamp(place / "world", command, ["src/Simulator"])
    found = export(place / "export", ["--from", f"ndjson:{place / 'world' / 'events.ndjson'}"], say, again=stamped(place / "world"))
    if labels:
        found = datasets.read_truth(found, place / "export", place / "world" / "truth")
    else:
        found = replace(found, y=np.zeros_like(found.y), known=np.zeros_like(found.known))
    keep = splits.thinned(found.time, found.group, run.split.get("thin_months", 1))
    if i == 1:
        keep &= found.known & (found.time >= seconds(run.split["test_from"]))
    if not labels:
        keep &= found.time < seconds(run.split["valid_from"])
        say(f"read without labels: {int(keep.sum()):,} rows of {len(np.unique(found.group[keep])):,} companies")
    if not keep.any():
        raise Refused(f"[[worlds]] number {i + 1} has no rows that the split can use; "
                      f"it is of {spec['first_year']} to {spec['first_year'] + spec['years'] - 1}")
    return datasets.take(found, np.flatnonzero(keep))


def real(run: Run, folder: Path, say) -> Data:
    task = TASKS[run.data]
    file = ROOT.parent / "shared" / "data" / task.file
    place = folder / f"{run.data}-ladder"
    if not file.exists() and not (place / "manifest.json").exists():
        raise Refused(f"{file} does not exist; the data set {run.data} is not part of the repository "
                      "(training/README.md, \"Real data\")")
    found = export(place, ["--target", task.target, "--horizon", "365", "--at", task.at, "--from", f"{run.data}:{file}"], say)
    return replace(found, about={**found.about, "target": task.words})


def export(place: Path, command: list, say, again: str = "") -> Data:
    words = ["export", *command, *(["--tokenizer", tokenizer()] if tokenizer() else [])]
    sources = ["src/Core", "src/Ingest", "src/Featurizer", "src/Tokenizer", "schemas/features", "models/tokenizer"]
    if stale(place, [*words, again], sources):
        program(*words, "--out", place, say=say)
        stamp(place, [*words, again], sources)
    return datasets.read_export(place)


def tokenizer() -> str | None:
    """The newest tokenizer that comes with the program."""
    found = sorted((ROOT / "models" / "tokenizer").glob("*/tokenizer.*"))
    return str(found[-1]) if found else None


def program(*words, say) -> None:
    words = [str(ROOT / "jianwei"), *map(str, words)]
    say("$ " + " ".join(words))
    done = subprocess.run(words, check=False)
    if done.returncode:
        raise Refused(f"./jianwei {words[1]} failed with exit code {done.returncode}; it has said why")


def mark(command: list, sources: list[str]) -> str:
    digest = hashlib.sha256(json.dumps([str(word) for word in command]).encode())
    for source in sources:
        for path in sorted(p for p in (ROOT / source).rglob("*")
                           if p.suffix in (".cs", ".json", ".tsv") and not {"bin", "obj"} & set(p.parts)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def stamped(place: Path) -> str:
    path = place / "made.txt"
    return path.read_text("utf-8").strip() if path.exists() else ""


def stale(place: Path, command: list, sources: list[str]) -> bool:
    return stamped(place) != mark(command, sources)


def stamp(place: Path, command: list, sources: list[str]) -> None:
    (place / "made.txt").write_text(mark(command, sources) + "\n", "utf-8")
