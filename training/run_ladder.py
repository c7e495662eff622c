"""
The ladder: every rung over several seeds on one split, and one table of what each reached.

    ./jianwei train --ladder --data sim|yc|warn --size demo|full [--rungs 1,2,2b]
    ./jianwei train --ladder --table credit.csv --label default --rungs 1,2,5
    ./jianwei train --ladder --config FILE.toml

Each (rung, seed) keeps its logits in training/runs/ladder/<name>/<rung>-<seed>; the same command goes on at the first that is not
finished. A rung is fitted again when its settings or its data changed. Figures are of the test slice; the valid slice stops training,
the calibrate slice turns logits into probabilities and sets bands. training/results/<name>.json is the table, report.py prints it;
where it has rungs or seeds that a trial of a few has not, it stays, and the trial's is in training/runs/ladder/<name>/results.json.
"""

import argparse
import fcntl
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import numpy as np

import calibration
import config as configs
import jobs
import metrics
import report
import sets
from dataset import Refused
from fits import Done, Failed, attempt, climb, prints, write_whole
from ladder.rungs import Rung, discover, settings_of
from train import TRAINING

RIVAL = "2b"
PAIRS = (("4", "4r"), ("5", "4r"), ("5", "4t"), ("5", "2"), ("7", "6"), ("9", "9b"), ("9", "8"))     # told apart beside minus_2b
DRAWS = 500                 # resamples of companies behind each interval
RUNS, RESULTS = TRAINING / "runs" / "ladder", TRAINING / "results"


def judge(data, split, seeds: list[Done], boot: metrics.Bootstrap) -> tuple[dict, dict]:
    """(figures of a rung, what the plots and the paired difference need): means over seeds, each calibrated on its own."""
    label, calibrate = data.y[split.test], data.y[split.calibrate]
    rows, draws, probabilities = [], [], []
    for done in seeds:
        kind = calibration.choose(done.logits["calibrate"], calibrate, data.group[split.calibrate], split.shift)
        to_p = calibration.calibrator(kind, done.logits["calibrate"], calibrate, split.shift)
        p, z = to_p(done.logits["test"]), done.logits["test"]
        threshold = metrics.balanced_threshold(done.logits["calibrate"], calibrate)
        rows.append({
            "auc": metrics.auc(z, label), "ap": metrics.average_precision(z, label), "recall_10": metrics.recall_at(z, label),
            "brier": metrics.brier(p, label), "ece": metrics.calibration_error(p, label),
            "balanced_accuracy": metrics.balanced_accuracy(z >= threshold, label),
            "valid_auc": metrics.auc(done.logits["valid"], data.y[split.valid]), "calibration": kind,
            "bands": calibration.bands(to_p(done.logits["calibrate"]), calibrate)})
        draws.append(boot.draw(z))
        probabilities.append(p)
    mean = lambda name: round(float(np.mean([row[name] for row in rows])), 5 if name in ("brier", "ece") else 4)
    drawn = np.mean(draws, axis=0)                                               # (draws, 2)
    (low, high), (ap_low, ap_high) = boot.interval(drawn[:, 0]), boot.interval(drawn[:, 1])
    figures = {
        "auc": mean("auc"), "low": low, "high": high, "ap": mean("ap"), "ap_low": ap_low, "ap_high": ap_high,
        "recall_10": mean("recall_10"), "brier": mean("brier"), "ece": mean("ece"), "balanced_accuracy": mean("balanced_accuracy"),
        "valid_auc": mean("valid_auc"), "seed_auc": [round(row["auc"], 4) for row in rows],
        "mean_of_seeds_auc": round(metrics.auc(np.mean([done.logits["test"] for done in seeds], axis=0), label), 4),
        "seconds": round(sum(done.seconds for done in seeds), 1), "calibration": [row["calibration"] for row in rows],
        "bands": rows[0]["bands"], "notes": seeds[0].notes,
    }
    return figures, {"draws": drawn, "probability": np.mean(probabilities, axis=0), "history": [done.history for done in seeds]}


def table(run, data, split, done: dict[str, tuple[Rung, list[Done]]], left_out: list[str], command: str, say) -> tuple[dict, dict]:
    """The results file, and for each rung what plots need."""
    say("figures: intervals over resampled companies")
    boot = metrics.Bootstrap(data.y[split.test], data.group[split.test], DRAWS)
    rungs, drawn = [], {}
    for number, (rung, seeds) in done.items():
        figures, drawn[number] = judge(data, split, seeds, boot)
        rungs.append({"rung": number, "name": rung.name, **figures, "settings": settings_of(rung, run.size, run.rung.get(number, {}))})
    oracle = {}
    for name, values in (data.oracle or {}).items():
        oracle[f"{name}_oracle_auc"] = round(metrics.auc(values[split.test], data.y[split.test]), 4)
    auc = {row["rung"]: row["auc"] for row in rungs}

    def difference(one: str, other: str) -> dict:
        low, high = boot.interval(drawn[one]["draws"][:, 0] - drawn[other]["draws"][:, 0])
        return {"auc": round(auc[one] - auc[other], 4), "low": low, "high": high}

    for row in rungs:
        row["minus_2b"] = difference(row["rung"], RIVAL) if RIVAL in auc else None
        if "observable_oracle_auc" in oracle:
            row["of_the_way"] = round((row["auc"] - 0.5) / (oracle["observable_oracle_auc"] - 0.5), 4)
    test, fits = data.y[split.test], [one for _, seeds in done.values() for one in seeds]
    return {
        "name": run.name, "data": run.data, "size": run.size, "date": date.today().isoformat(),
        "machine": machine(run, {one.cores for one in fits}), **crowd(fits), "command": command, "seeds": run.seeds,
        "rows": ({name: len(rows) for name, rows in split.parts().items()}
                 | ({"strangers": len(split.strangers)} if len(split.strangers) else {})),
        "base_rate": round(float(test.mean()), 5), "split": split.about, "source": data.about, "worlds": run.worlds,
        "latent_oracle_auc": None, "observable_oracle_auc": None, **oracle,
        "rungs": rungs, "left_out": left_out,
        "differences": [{"rung": one, "minus": other, **difference(one, other)} for one, other in PAIRS if {one, other} <= auc.keys()],
    }, drawn


def crowd(fits: list[Done]) -> dict:
    """The highest load of the machine at the end of a fit, and what it makes of the seconds."""
    load = max(one.load for one in fits)
    if min(one.load for one in fits) == 0:                                  # of some it is unknown
        return {"load": None, "seconds_are": "as measured"}
    return {"load": load, "seconds_are": ("upper bounds (other programs used the cores too)" if load > (os.cpu_count() or 1) + 0.5
                                          else "of a machine that did nothing else")}


def machine(run, cores: set[str]) -> str:
    """Where it ran; `cores` are what the fits had of it."""
    import torch
    model = (next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                   if line.startswith("model name")), platform.machine())
             if Path("/proc/cpuinfo").exists() else platform.machine())
    gpu = f", {torch.cuda.get_device_name()}" if run.device != "cpu" and torch.cuda.is_available() else ""
    return (f"{os.cpu_count()} × {model}{gpu}, {' or '.join(sorted(cores))}, Python {platform.python_version()}, "
            f"torch {torch.__version__}, numpy {np.__version__}")


def fit_all(tasks: list, count: int, one, say) -> dict[str, tuple[bool, int, str]]:
    """
    Fits what is to be fitted; of each rung that had a problem what is told: (it was refused and did not fail, seed, words), a failure
    before a refusal, then the first seed.
    """
    lends = lambda task, other: task[1] == other[1] and other[0].number in task[0].parts
    problems = {}
    longest_first = sorted(tasks, key=lambda task: -task[0].weight)         # or it would end alone
    for (rung, seed), problem in jobs.each(longest_first, count, one, lends):
        if problem:
            say(f"rung {rung.number} seed {seed} {problem.words}")
            entry = not problem.failed, seed, problem.words
            problems[rung.number] = min(problems.get(rung.number, entry), entry)
    return problems


def alone(folder: Path):
    """A lock on a folder of runs, which the processes of its fits hold too; refused where another ladder has it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refused(f"another ladder is at work in {folder}; wait for it, or end it") from None
    return lock


def forget(folder: Path) -> None:
    """Removes all fits and all plots of a ladder, but for the lock that the caller holds."""
    for old in folder.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
        elif old.name != "lock":
            old.unlink()


def writable(*folders: Path) -> None:
    """Refused where a folder of results could not be written in the end."""
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as e:
            raise Refused(f"{folder} cannot be written ({e.strerror})") from None


def seeds_of(rung: Rung, run) -> list[int]:
    return run.seeds if rung.seeded else run.seeds[:1]


def checked(rungs: list[Rung], run) -> list[Rung]:
    """The rungs that a run asks for; what is wrong with their settings is said before anything is made."""
    unknown = sorted(set(run.rung) - {rung.number for rung in rungs})
    if unknown:
        raise Refused(f"[rung.{unknown[0]}] is not the settings of a rung; there are {', '.join(r.number for r in rungs)}")
    wanted = chosen(rungs, run.rungs)
    for rung in wanted:
        settings_of(rung, run.size, run.rung.get(rung.number, {}))
    return wanted


def chosen(rungs: list[Rung], numbers: list[str]) -> list[Rung]:
    known = [rung.number for rung in rungs]
    for number in numbers:
        if number not in known:
            raise Refused(f"there is no rung {number}; there are {', '.join(known)}")
    return [rung for rung in rungs if not numbers or rung.number in numbers]


def run_all(run, command: str, results: Path = RESULTS, runs: Path = RUNS, say=None, loaded=None, fit=True,
            fresh=False) -> tuple[dict, bool]:
    """
    (the results that were written, whether every rung came through); without `fit` the table is of what is finished, and with `fresh`
    what earlier runs left is forgotten.
    """
    started = time.monotonic()
    say = say or (lambda text: print(f"[{time.monotonic() - started:7.1f} s] {text}", flush=True))
    device = run.set_up_torch(configs.AT_ONCE)
    rungs, left_out = discover()
    wanted = checked(rungs, run)
    writable(results, *([runs / run.name] if fit else []))
    if not fit and not loaded and not any((runs / run.name).glob("*/done.json")):
        raise Refused(f"nothing is finished in {runs / run.name}; the same command without --finished fits")
    data, split = loaded or sets.load(run, say)
    if fresh:
        with alone(runs / run.name):
            forget(runs / run.name)
    prints_of, place = prints(data, split), lambda rung, seed: runs / run.name / f"{rung.number}-{seed}"
    silent = lambda text: None
    kept = lambda rung, seed: climb(rung, seed, data, split, run, device, prints_of, place(rung, seed), silent, fit=False)

    def one(task) -> jobs.Problem | None:
        """Fits a rung with a seed."""
        (rung, seed), begun = task, time.monotonic()
        inner = lambda text: say(f"rung {rung.number} seed {seed}: {text}")

        def fitted():
            made = climb(rung, seed, data, split, run, device, prints_of, place(rung, seed), inner)
            inner(f"valid auc {metrics.auc(made.logits['valid'], data.y[split.valid]):.4f}, {time.monotonic() - begun:.0f} s")

        return attempt(fitted, place(rung, seed), run.threads, inner)

    tasks = [(rung, seed) for rung in wanted if fit and not rung.missing(data) for seed in seeds_of(rung, run) if not kept(rung, seed)]
    with alone(runs / run.name) if tasks else nullcontext():
        problems = fit_all(tasks, run.jobs, one, say)
    whole = all(refused for refused, *_ in problems.values())
    done = {}
    for rung in rungs:
        found = [made for seed in seeds_of(rung, run) if not rung.missing(data) and (made := kept(rung, seed))]
        problem = problems[rung.number][2] if rung.number in problems else gap(rung, run, data, len(found), asked=rung in wanted)
        if problem:
            left_out.append(f"rung {rung.number} ({rung.name}) {problem}")
            say(left_out[-1])
        if found and rung.number not in problems:
            done[rung.number] = rung, found
    if not done:
        raise (Refused if whole else Failed)("no rung was fitted: " + "; ".join(left_out))
    result, drawn = table(run, data, split, done, left_out, command, say)
    path = results / f"{run.name}.json"
    if takes_away(path, result, run):
        say(f"{path} has more rungs or seeds, and stays as it is")
        path = runs / run.name / "results.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_json(path, result)
    report.write(result, drawn, data.y[split.test], runs / run.name,
                 data.oracle and {k: v[split.test] for k, v in data.oracle.items()}, say)
    print(report.table(result))
    say(f"wrote {path}; plots and model card in {runs / run.name}")
    return result, whole


def takes_away(path: Path, result: dict, run) -> bool:
    """Whether a file of results has what a trial of some rungs or fewer seeds has not."""
    try:
        before = json.loads(path.read_text("utf-8"))
        rungs = {row["rung"] for row in before["rungs"]} - {row["rung"] for row in result["rungs"]}
        return bool(run.rungs and rungs) or len(result["seeds"]) < len(before["seeds"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False


def gap(rung: Rung, run, data, found: int, asked: bool) -> str:
    """Why the table has not all of a rung of which so many seeds are finished; of a rung that was not asked for it has what there is."""
    seeds, missing = len(seeds_of(rung, run)), rung.missing(data)
    if missing:
        return f"is left out: it needs {', '.join(missing)}" if asked else ""
    if found == seeds or not (asked or found):
        return ""
    return f"has been run with {found} of {seeds} seeds" + ("" if found else " and is left out")


def write_json(path: Path, value) -> None:
    write_whole(path, json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def of_arguments(a) -> configs.Run:
    """The run that config file and flags describe; flags win."""
    if a.config:
        run = configs.read(a.config)
    elif a.table:
        run = configs.Run("table", a.size, table={"file": str(a.table)})
    elif a.data:
        run = configs.of(a.data, a.size)
    else:
        raise Refused("name the data: --data sim|yc|warn, --table FILE or --config FILE")
    for name in ("label", "positive", "time", "group"):
        if getattr(a, name):
            run.table[name] = getattr(a, name)
    for name in ("categorical", "text", "numeric", "ignore"):
        if getattr(a, name):
            run.table[name] = [part for part in getattr(a, name).split(",") if part]
    for name in ("valid_from", "calibrate_from", "test_from"):
        if getattr(a, name):
            run.split[name] = getattr(a, name)
    if a.embargo_days is not None:
        run.split["embargo_days"] = a.embargo_days
    run.rungs = a.rungs.split(",") if a.rungs else run.rungs
    if a.seeds and not all(s.isdecimal() for s in a.seeds.split(",")):
        raise Refused(f"--seeds {a.seeds}: allowed are whole numbers from 0 on, separated by commas")
    run.seeds = [int(s) for s in a.seeds.split(",")] if a.seeds else run.seeds
    run.device, run.threads, run.jobs = a.device or run.device, a.threads or run.threads, getattr(a, "jobs", None) or run.jobs
    run.__post_init__()
    return run


def arguments(p: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Options that the ladder, the tuner and the ablation share."""
    p.add_argument("--data", choices=("sim", "yc", "warn"))
    p.add_argument("--size", choices=configs.SIZES, default="demo")
    p.add_argument("--config", type=Path, metavar="FILE", help="a run of your own (config.py says what a file holds)")
    p.add_argument("--rungs", metavar="1,2b", help="only these")
    p.add_argument("--seeds", metavar="1,2,3")
    p.add_argument("--device", help="auto, cpu, cuda, cuda:N")
    p.add_argument("--threads", type=int, help="of each fit (default: what the fits at once leave of the cores)")
    t = p.add_argument_group("any table (table.py)")
    t.add_argument("--table", type=Path, metavar="FILE", help="CSV or ARFF")
    for name, words in (("label", "the column to predict"), ("positive", "its value that counts as 1"),
                        ("time", "column of dates"), ("group", "rows of one group stay together")):
        t.add_argument(f"--{name}", help=words)
    for name in ("categorical", "text", "numeric", "ignore"):
        t.add_argument(f"--{name}", metavar="A,B", help="columns, separated by commas")
    for name in ("valid-from", "calibrate-from", "test-from"):
        t.add_argument(f"--{name}", metavar="DATE")
    t.add_argument("--embargo-days", type=int)
    return p


def add_jobs(p: argparse.ArgumentParser) -> None:
    p.add_argument("--jobs", type=int, help="fits at once (default: one a core, 4 at most; each needs one to three GB; on a GPU always 1)")


def repeats(words: list[str]) -> str:
    """The command that makes the whole table, whatever part of it was asked for this time."""
    kept = [word for i, word in enumerate(words)
            if word not in ("--finished", "--fresh", "--rungs") and not word.startswith("--rungs=") and words[i - 1: i] != ["--rungs"]]
    return " ".join(["./jianwei train --ladder", *kept])


def main(argv=None) -> int:
    p = arguments(argparse.ArgumentParser(
        prog="./jianwei train --ladder", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    add_jobs(p)
    past = p.add_mutually_exclusive_group()
    past.add_argument("--finished", action="store_true", help="fit nothing: the table of what earlier runs have finished")
    past.add_argument("--fresh", action="store_true", help="forget what earlier runs of this ladder left")
    a = p.parse_args(argv)
    run = of_arguments(a)
    _, whole = run_all(run, repeats(argv if argv is not None else sys.argv[1:]), fit=not a.finished, fresh=a.fresh)
    return 0 if whole else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refused:
        sys.exit(f"error: {refused}")
    except KeyboardInterrupt:
        sys.exit("interrupted; the same command goes on where this one stopped")
