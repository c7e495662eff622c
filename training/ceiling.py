"""
How much of the truth is in what a model is given, on a simulated world: boosted trees are taught the oracles' own log-odds, on a
hundred thousand rows, instead of labels, of which there are few. What they reach is what better learning could reach on the same
inputs; what is missing from there to the oracle is not in the inputs.

    /usr/bin/python3 training/ceiling.py [--size demo] [--model training/runs/ladder/sim-demo/9-1/model.pt] [--rows 100000] [--json]

Judged on the valid and calibrate slices. "less the sector's" gives what no model has, each feature less its mean over the company's
true sector: what it adds is what the head could still learn from the words that tell the sector. The models written by this command
are not models to use: they have seen the truth.
"""

import argparse
import csv
import json
import sys
from pathlib import Path

import numpy as np

import config as configs
import data as datasets
import metrics
import sets
import wheels
from dataset import Refused
from fusion import checkpoint
from fusion.rows import Rows, vectors
from ladder.fused import last_layer
from train import TRAINING

SETTINGS = {"objective": "regression", "learning_rate": 0.05, "num_leaves": 31, "min_data_in_leaf": 30, "feature_fraction": 0.3,
            "bagging_fraction": 0.8, "bagging_freq": 1, "verbosity": -1, "seed": 0}
ROUNDS = 700


def sectors(data, name: str) -> np.ndarray:
    """(N,) number of the company's true sector."""
    found, known, before = np.empty(len(data), np.int64), {}, 0
    for part in range(2):
        place = TRAINING / "data" / f"{name}-{'ab'[part]}"
        with (place / "world" / "truth" / "companies.csv").open(encoding="utf-8", newline="") as lines:
            sector = {line["id"]: known.setdefault(line["sector"], len(known)) for line in csv.DictReader(lines)}
        # company numbers are in order of first appearance
        order = dict.fromkeys((place / "export" / "company.txt").read_text("utf-8").split())
        here = data.world == part
        found[here] = np.array([sector[id] for id in order])[data.group[here] - before]
        before = int(data.group[here].max()) + 1
    return found


def less_mean(x, kind):
    """Features (N, F) less their mean over the rows of the same kind that have any; 0 where a row has none."""
    out = np.zeros_like(x)
    for k in np.unique(kind):
        here = kind == k
        there = x[here] != 0
        mean = (x[here] * there).sum(0) / np.maximum(there.sum(0), 1)
        out[here] = (x[here] - mean) * there
    return out


def odds(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def measure(data, split, sector, model_path, count: int, threads: int, say) -> list[dict]:
    """A row for each oracle and for each set of inputs; `sector` (N,) is the true one of each row's company."""
    if not wheels.offer("lightgbm"):
        raise Refused("LightGBM is missing (training/requirements.txt)")
    import lightgbm
    judged = np.concatenate([split.valid, split.calibrate])
    before = data.time[split.valid].min() - split.about["embargo_days"] * 86_400
    pool = split.unlabelled[data.time[split.unlabelled] < before]
    pool = np.sort(np.random.default_rng(0).permutation(pool)[:count])
    x, label = np.asarray(data.x, np.float32), data.y[judged]
    apart = less_mean(x, sector)
    inputs = {"features": lambda rows: x[rows], "features, less the sector's": lambda rows: np.c_[x[rows], apart[rows]]}
    asked = [("tabular", "features"), ("tabular", "features, less the sector's"),
             ("observable", "features"), ("observable", "features, less the sector's")]
    if model_path:
        model, _ = checkpoint.load(model_path)
        reader = Rows(data, model.encoder.config.length)
        documents = np.unique(np.concatenate([[-1], data.texts.document[np.concatenate([pool, judged])]]))
        table = vectors(model.encoder, reader, documents)
        text = lambda rows: table[np.searchsorted(documents, data.texts.document[rows])]
        inputs |= {"features, text vector": lambda rows: np.c_[x[rows], text(rows)],
                   "features, less the sector's, text vector": lambda rows: np.c_[x[rows], apart[rows], text(rows)],
                   "the model's last layer": lambda rows: last_layer(model, reader, rows)}
        asked += [("observable", given) for given in list(inputs)[2:]]
    found = [{"taught": None, "given": f"the {oracle} oracle itself", "auc": round(metrics.auc(data.oracle[oracle][judged], label), 4)}
             for oracle in ("tabular", "observable")]
    for oracle, given in asked:
        target = odds(data.oracle[oracle])
        fit = lightgbm.train({**SETTINGS, "num_threads": threads}, lightgbm.Dataset(inputs[given](pool), target[pool]), ROUNDS)
        said = fit.predict(inputs[given](judged))
        found.append({"taught": oracle, "given": given, "auc": round(metrics.auc(said, label), 4),
                      "explained": round(1 - float(np.var(target[judged] - said) / np.var(target[judged])), 3)})
        say(f"{given}, taught the {oracle} oracle: AUC {found[-1]['auc']:.4f}, {found[-1]['explained']:.1%} of its log-odds' variance")
    return found


def main(argv=None) -> int:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--size", choices=configs.SIZES, default="demo")
    p.add_argument("--model", type=Path, help="model.pt of a rung 9: its text vectors and its last layer are measured too")
    p.add_argument("--rows", type=int, default=100_000, help="rows to learn from")
    p.add_argument("--json", action="store_true")
    a = p.parse_args(argv)
    say = lambda text: print(text, file=sys.stderr, flush=True)
    if a.model:
        checkpoint.load(a.model)                                             # what is wrong with it is said at once
    run = configs.of("sim", a.size)
    run.set_up_torch()
    data, split = sets.load(run, say)
    data = datasets.take(data, np.flatnonzero(data.world < 2))       # what comes after has no truth; row numbers stay
    found = measure(data, split, sectors(data, run.name), a.model, a.rows, run.threads, say)
    if a.json:
        print(json.dumps(found, indent=1))
    else:
        print("| taught | given | AUC | variance explained |\n|---|---|---|---|")
        for row in found:
            print(f"| {row['taught'] or '–'} | {row['given']} | {row['auc']:.3f} | "
                  f"{'–' if 'explained' not in row else format(row['explained'], '.0%')} |")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refused:
        sys.exit(f"error: {refused}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
