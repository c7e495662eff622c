"""
Proposes features: entries of the feature catalogue that make a model of the present ones better, and a catalogue with them that the
Featurizer serves as it is.

    ./jianwei train --discover --data sim                     # a simulated world of its own; yc, warn: ../shared/data
    ./jianwei train --discover --from ndjson:events.ndjson --target outcome.default --valid-from 2023-01-01 --calibrate-from 2023-07-01
    ./jianwei export --catalogue training/runs/discover/sim/catalogue.json …      # then train on it: its hash is another

1. candidates.py writes a catalogue of whatever its language can say about the archive's events.
2. ./jianwei export computes all of them, as serving would. Python computes no feature.
3. discovery.py chooses by gain on a later slice, guarded against chance. The calibrate slice, which chose nothing, says what it was worth.
4. The chosen catalogue is written and exported again: its columns have to be those that were chosen, bit by bit.

Rows of the test slice (and the other world of sim) are never read. Interrupted, the same command goes on after the last finished
step or round.
"""

import argparse
import hashlib
import json
import shutil
import time
from pathlib import Path

import numpy as np

import candidates
import config as configs
import data as datasets
import dataset
import discovery
import metrics
import sets
from calibration import log_loss
from dataset import DAY, Refused, day, seconds
from run_ladder import write_json
from split import SETTINGS, held_out, thinned
from train import ROOT, TASKS, TRAINING
from tune import seconds as duration

FOLDER = TRAINING / "runs" / "discover"
CATALOGUE = ROOT / "schemas" / "features" / "catalogue.json"
SOURCES = ["src/Featurizer", "src/Core/Features", "schemas/features"]
MOST_TRAIN = 60_000         # rows of the train slice that are read: all positives, and some of the others


def slices(data, s: dict) -> dict[str, np.ndarray]:
    """Row numbers of train, valid and calibrate, as the ladder cuts them; the test is left alone."""
    s = {**SETTINGS, **s}
    begin = seconds(s["train_from"]) if s["train_from"] else int(data.time.min())
    valid, calibrate = seconds(s["valid_from"]), seconds(s["calibrate_from"])
    embargo = s["embargo_days"] * DAY
    end = seconds(s["end"]) if s.get("end") else int(data.time.max()) + 1
    if not begin < valid < calibrate < end:
        raise Refused(f"the slices must be in order: train {day(begin)}, valid {day(valid)}, calibrate {day(calibrate)}, end {day(end)}")
    learn = data.known & ~held_out(data, s["hold_out"]) & thinned(data.time, data.group, s["thin_months"])
    parts = {"train": learn & (data.time >= begin) & (data.time < valid - embargo),
             "valid": learn & (data.time >= valid) & (data.time < calibrate),
             "calibrate": learn & (data.time >= calibrate) & (data.time < end)}
    for name, mask in parts.items():
        positive = int(data.y[mask].sum())
        if positive < 20 or positive == mask.sum():
            raise Refused(f"the {name} slice has {int(mask.sum())} rows, {positive} of them positive; "
                          "at least 20 of both kinds are needed to tell anything from chance")
    return {name: np.flatnonzero(mask) for name, mask in parts.items()}


def fewer(rows, y, seed: int) -> tuple[np.ndarray, float]:
    """(train rows that are read, what to add to log-odds for it)."""
    if len(rows) <= MOST_TRAIN:
        return rows, 0.0
    up, down = rows[y[rows] == 1], rows[y[rows] == 0]
    share = max(1, MOST_TRAIN - len(up)) / len(down)
    return np.sort(np.concatenate([up, np.random.default_rng(seed).permutation(down)[: int(share * len(down))]])), float(np.log(share))


def source(a) -> tuple[str, list, dict, str]:
    """(name, words of the export, split, what makes the archive another)."""
    if a.source:
        if not a.valid_from or not a.calibrate_from:
            raise Refused("--from needs --valid-from and --calibrate-from: dates at which rows begin to choose, and to judge")
        split = {"valid_from": a.valid_from, "calibrate_from": a.calibrate_from,
                 "embargo_days": a.horizon if a.embargo_days is None else a.embargo_days}
        name = Path(a.source.split(":", 1)[-1]).name.split(".")[0]
        return name, ["--from", a.source, "--target", a.target, "--horizon", a.horizon, "--at", a.at], split, ""
    if not a.data:
        raise Refused("name the archive: --data sim|yc|warn or --from SOURCE")
    run = configs.of(a.data, "demo")
    split = {**run.split, **{
        k: v for k, v in (("valid_from", a.valid_from), ("calibrate_from", a.calibrate_from), ("embargo_days", a.embargo_days))
        if v is not None}}
    if a.data == "sim":
        split.pop("keep_negatives", None)
        place = FOLDER / "sim" / "world"
        spec = run.worlds[0]
        command = ["simulate", "--companies", a.companies, "--years", spec["years"], "--seed", a.seed,
                   "--first-year", spec.get("first_year", 2021)]
        if sets.stale(place, command, ["src/Simulator"]):
            sets.program(*command, "--out", place, say=print)
            sets.stamp(place, command, ["src/Simulator"])
        return "sim", ["--from", f"ndjson:{place / 'events.ndjson'}"], split, sets.stamped(place)
    task = TASKS[a.data]
    file = ROOT.parent / "shared" / "data" / task.file
    if not file.exists():
        raise Refused(f"{file} does not exist; the data set {a.data} is not part of the repository")
    # The ladder's test slice begins here; labels must not reach into it.
    if not split.get("hold_out"):
        split["end"] = day(seconds(split["test_from"]) - split["embargo_days"] * DAY)
    return a.data, ["--target", task.target, "--horizon", 365, "--at", task.at, "--from", f"{a.data}:{file}"], split, ""


def exported(place: Path, words: list, catalogue: Path, again: str):
    """The export of an archive with a catalogue; made when there is none of the same."""
    command = ["export", *words, "--catalogue", catalogue]
    mark = [*command, again, catalogue.read_text("utf-8")]
    if sets.stale(place, mark, SOURCES):
        sets.program(*command, "--out", place, say=print)
        sets.stamp(place, mark, SOURCES)
    return datasets.read_export(place)


def problem_of(data, parts: dict, present: int, shift: float) -> tuple[discovery.Problem, np.ndarray]:
    """The rows of all slices in memory, and which of them judge."""
    rows = np.concatenate([parts["train"], parts["valid"], parts["calibrate"]])
    ends = np.cumsum([len(parts[name]) for name in ("train", "valid", "calibrate")])
    x = np.empty((len(rows), data.x.shape[1]), np.float32)
    for begin in range(0, len(rows), 8192):
        x[begin: begin + 8192] = data.x[rows[begin: begin + 8192]]
    train, valid, judge = np.split(np.arange(len(rows)), ends[:2])
    month = data.time[rows] // (31 * DAY)
    wide = x[:, present:]
    return discovery.Problem(x[:, :present], wide, discovery.binned(wide, train), data.y[rows].astype(np.float64),
                             data.group[rows].astype(np.int64), month, train, valid, shift), judge


def judged(problem, judge, chosen: list[int], seed: int) -> dict:
    """Present features and chosen ones beside them, on rows that chose nothing."""
    before, after = (discovery.present_scores(problem, c, seed, judge)[judge] for c in ([], chosen))
    y = problem.y[judge].astype(int)
    fitted = [z + problem.shift + discovery.intercept((z + problem.shift)[:, None], y)[0] for z in (before, after)]
    (low, high), gain = metrics.compare(after, before, y, problem.company[judge])
    return {"rows": len(judge), "positive": int(y.sum()),
            "auc_present": round(metrics.auc(before, y), 4), "auc_with_found": round(metrics.auc(after, y), 4),
            "auc_gain": gain["gain"], "auc_gain_95": gain["gain_95"],
            "log_loss_gain": round(log_loss(fitted[0], y) - log_loss(fitted[1], y), 6)}


def same_columns(wide, served, columns: np.ndarray) -> None:
    """The export of the written catalogue must be the chosen columns of the wide one."""
    if len(wide) != len(served) or not np.array_equal(wide.group, served.group) or not np.array_equal(wide.time, served.time):
        raise Refused("the export of the written catalogue has other rows; was the archive changed meanwhile? Run again")
    for begin in range(0, len(wide), 8192):
        some = slice(begin, begin + 8192)
        if not np.array_equal(np.asarray(wide.x[some])[:, columns].view(np.uint32), np.asarray(served.x[some]).view(np.uint32)):
            raise Refused(f"the export of the written catalogue differs from what was chosen near row {begin}: "
                          "a bug of the Featurizer; nothing is proposed")


def run(a, say=print) -> dict:
    started, deadline = time.monotonic(), time.monotonic() + duration(a.budget)
    base = candidates.read(a.catalogue)
    name, words, split, again = source(a)
    place = FOLDER / name
    data = exported(place / "present", words, a.catalogue, again)
    manifest = dataset.read_manifest(place / "present")
    counts, with_amount = candidates.present(place / "present", manifest)
    entries = candidates.propose(base, manifest["event_types"], counts, with_amount)
    if not entries:
        raise Refused(f"the archive has too few events for any candidate; a set needs {candidates.FEWEST}")
    present = len(manifest["features"])
    say(f"{len(data):,} rows, {present} features, {len(entries)} candidates over {len({e['events'] for e in entries})} event sets; "
        f"their export takes {len(data) * (present + len(entries)) * 4 / 1e9:.1f} GB for now")
    if shutil.disk_usage(FOLDER.parent).free < len(data) * (present + len(entries)) * 4 * 1.2:
        raise Refused("there is not enough room on the disk for that; take fewer --companies or a shorter archive")
    candidates.write(candidates.extended(base, entries), place / "candidates.json")
    wide = exported(place / "wide", words, place / "candidates.json", again)
    parts = slices(wide, split)
    parts["train"], shift = fewer(parts["train"], wide.y, a.seed)
    for part, rows in parts.items():
        say(f"{part}: {len(rows):,} rows, {int(wide.y[rows].sum()):,} positive, "
            f"{day(wide.time[rows].min())} to {day(wide.time[rows].max())}")
    problem, judge = problem_of(wide, parts, present, shift)
    mark = hashlib.sha256(
        json.dumps([sets.stamped(place / "wide"), split, a.q, a.seed, a.most]).encode() + parts["train"].tobytes()).hexdigest()
    found = discovery.search(problem, a.q, a.most, a.seed, say, deadline, rounds_of(place, mark),
                             lambda rounds: write_json(place / "rounds.json", {"mark": mark, "rounds": rounds}))
    chosen = found.accepted
    result = {
        "data": name, "target": data.about["target"], "horizon_days": data.about["horizon_days"],
        "source": data.about["source"], "catalogue": manifest["catalogue"],
        "q": a.q, "seed": a.seed, "candidates": len(entries), "rows": {n: len(r) for n, r in parts.items()},
        "rounds": [{k: v for k, v in r.items() if k not in ("accepted", "gain", "p")} for r in found.rounds],
        "found": [{**entries[c], "log_loss_gain": g, "p": p, "round": r["round"]}
                  for r in found.rounds for c, g, p in zip(r["accepted"], r["gain"], r["p"])],
        "judged": judged(problem, judge, chosen, a.seed) if chosen else None}
    out = a.out or place / "catalogue.json"
    if chosen:
        candidates.write(candidates.extended(base, [entries[c] for c in chosen]), out)
        served = exported(place / "served", words, out, again)
        same_columns(wide, served, np.r_[np.arange(present), present + np.array(chosen)])
        result["written"], result["new_catalogue"] = str(out), served.about["catalogue"]
    result["seconds"] = round(time.monotonic() - started, 1)
    write_json(place / "found.json", result)
    if not a.keep:
        for folder in ("wide", "served"):
            shutil.rmtree(place / folder, ignore_errors=True)
    return result


def rounds_of(place: Path, mark: str) -> list[dict]:
    try:
        found = json.loads((place / "rounds.json").read_text("utf-8"))
        return found["rounds"] if found["mark"] == mark else []
    except (OSError, ValueError, KeyError):
        return []


def told(result: dict) -> str:
    if not result["found"]:
        return (f"nothing found: none of {result['candidates']} candidates tells more than chance at q = {result['q']}; "
                "no catalogue is written")
    lines = [f"{e['name']:44s} log loss −{e['log_loss_gain']:.6f}  p {e['p']:.1e}  round {e['round']}" for e in result["found"]]
    j = result["judged"]
    lines.append(f"on {j['rows']:,} later rows that chose nothing: "
                 f"AUC {j['auc_present']} → {j['auc_with_found']} ({j['auc_gain']:+.4f} {j['auc_gain_95']}), "
                 f"log loss {-j['log_loss_gain']:+.6f}" + ("" if j["auc_gain_95"][0] > 0 else "; the interval holds 0: do not count on it"))
    return "\n".join([*lines, f"wrote {result['written']} (catalogue {result['new_catalogue']}; models have to be trained on it); "
                              "exported = chosen, bit by bit"])


def main(argv=None) -> int:
    p = argparse.ArgumentParser(
        prog="./jianwei train --discover", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", choices=("sim", "yc", "warn"))
    p.add_argument("--from", dest="source", metavar="SOURCE",
                   help="an archive of your own, as ./jianwei export takes it: ndjson:FILE, kafka, …")
    p.add_argument("--target", default="outcome.default", help="with --from (default: %(default)s)")
    p.add_argument("--horizon", type=int, default=365, metavar="DAYS", help="with --from")
    p.add_argument("--at", choices=("monthly", "notice"), default="monthly", help="with --from")
    p.add_argument("--valid-from", metavar="DATE", help="rows from here on choose")
    p.add_argument("--calibrate-from", metavar="DATE", help="rows from here on only judge")
    p.add_argument("--embargo-days", type=int, help="no training row so many days before the valid slice (default: the horizon)")
    p.add_argument("--catalogue", type=Path, default=CATALOGUE, help="what is added to (default: the program's)")
    p.add_argument("--out", type=Path, help="the catalogue to write (default: training/runs/discover/<data>/catalogue.json)")
    p.add_argument("--q", type=float, default=0.1, help="share of false discoveries that is allowed (default: %(default)s)")
    p.add_argument("--most", type=int, default=16, help="entries to add at most (default: %(default)s)")
    p.add_argument("--budget", default="30m", help="no new round begins after so long: 90s, 30m, 2h (default: %(default)s)")
    p.add_argument("--companies", type=int, default=6000, help="of the simulated world (default: %(default)s)")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--keep", action="store_true", help="keep the wide export, which is large")
    a = p.parse_args(argv)
    if not 0 < a.q < 1:
        raise Refused(f"--q {a.q}: a share above 0 and below 1")
    if a.most < 1 or a.companies < 100:
        raise Refused("--most is at least 1, --companies at least 100")
    print(told(run(a)))
    return 0
