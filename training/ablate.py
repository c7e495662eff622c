"""
A rung without each of its parts in turn: what each is worth. Judged on the calibrate slice, which no training looked at; the test is
left alone.

    ./jianwei train --ablate --rungs 5 --data sim --size demo       # writes training/results/ablation-5-sim-demo.json

Every row changes settings of the rung's default; its difference is paired over seeds and resampled companies. Rows that are finished
(training/runs/ablate) are not fitted again.
"""

import argparse
from dataclasses import replace
from datetime import date

import numpy as np

import config as configs
import jobs
import metrics
import report
import sets
from dataset import Refused
from fits import attempt, climb, prints
from ladder.rungs import discover, settings_of
from run_ladder import RESULTS, RUNS, add_jobs, arguments, chosen, machine, of_arguments, write_json
from train import TRAINING

FOLDER = TRAINING / "runs" / "ablate"
VARIANTS = {
    "4": {"no pre-training": {"pretrain_epochs": 0}, "standardised inputs": {"kind": "standard"}},
    "5": {
        "raw numbers instead of piecewise-linear embeddings": {"embedding": False},
        "sparsemax instead of entmax-1.5": {"mask": "sparsemax"},
        "softmax instead of entmax-1.5": {"mask": "softmax"},
        "entmax-1.5 mask": {"mask": "entmax"},
        "no feature mask": {"mask": "none"},
        "members share a mask": {"own_masks": False},
        "members have masks of their own": {"own_masks": True},
        "learned sharpness": {"sharpness": True},
        "one step": {"steps": 1},
        "two steps, of which it may halt after one": {"steps": 2, "adaptive": True},
        "two steps, both always": {"steps": 2, "adaptive": False},
        "scaled residuals and batch-free norm after, instead of ReZero": {"residual": "scaled"},
        "ordinary initialisation": {"start": False},
        "initialised at the base rate": {"start": True},
        "linear part": {"linear": True},
        "no linear part": {"linear": False},
        "one head": {"heads": 1},
        "AdamW instead of Ada-ranger": {"optimiser": "adamw"},
    },
    "9": {
        "all of the way from where it began": {"blend": 1.0},
        "none of the way": {"blend": 0.0},
        "the last layer begins at random, and goes all of the way": {"probe_c": ()},
        "the last weights instead of their mean": {"average": 0.0},
        "no modality dropout": {"text_dropout": 0.0},
        "no hazard loss": {"weight_hazard": 0.0},
        "Lookahead + SGD finish": {"finish": 100},
        "label smoothing": {"smoothing": 0.05},
        "focal loss": {"focal": 2.0},
        "supervised contrast": {"supervised_contrast": 0.1},
        "triplets": {"triplet": 0.1},
        "UDA": {"consistency": "uda"},
        "FixMatch": {"consistency": "fixmatch"},
        "FGM": {"adversarial": 0.5},
        "weakest-fold focus": {"focus": True},
        "keyword features": {"keywords": 64},
        "mixture of experts": {"experts": 4},
        "tokens begin at random": {"latent": False},
        "no turn over sums": {"rest_steps": 0},
        "no turn of the head": {"head_steps": 0},
        "no next events": {"weight_next": 0.0},
        "no masked and swapped fields": {"weight_fields": 0.0, "weight_detect": 0.0},
        "layers take part": {"layers": True},
    },
}


def ablate(run, rung, loaded, say, runs=FOLDER, ladder=RUNS, fit=True, only=()) -> tuple[list[dict], bool]:
    """
    Rows of name, settings, AUC on the calibrate slice, and what that is minus the default's; and whether every row came through.
    A row that changes fine-tuning alone begins with the pre-training of the default. Without `fit` only rows that are finished
    with every seed; where some are named in `only`, no others are fitted.
    """
    data, split = loaded
    device, prints_of = run.set_up_torch(configs.AT_ONCE), prints(data, split)
    given = run.rung.get(rung.number, {})
    now = {**rung.settings, **given}
    changes = VARIANTS.get(rung.number, {}).items()
    variants = {"default": {}, **{name: change for name, change in changes if any(now[k] != v for k, v in change.items())}}
    for name in only:
        if name not in variants:
            raise Refused(f"--only {name}: rung {rung.number} has no such row; there are {', '.join(variants)}")

    place = lambda row, seed: runs / run.name / f"{rung.number}-{row.replace(' ', '-')}-{seed}"

    def climbed(name: str, seed: int, fits: bool, tell=lambda text: None):
        """What a row left with a seed; the default's is the ladder's where that has it."""
        change = lambda settings: replace(run, rung={**run.rung, rung.number: {**given, **settings}})
        go = lambda settings, *more: climb(rung, seed, data, split, change(settings), device, prints_of, *more)
        at_home = ladder / run.name / f"{rung.number}-{seed}"
        ours = go({}, at_home, tell, False)
        if name == "default" and ours:
            return ours
        return go(variants[name], place(name, seed), tell, fits, at_home if ours else place("default", seed))

    def one(task) -> jobs.Problem | None:
        name, seed = task
        tell = lambda text: say(f"{name}, seed {seed}: {text}")
        return attempt(lambda: climbed(name, seed, True, tell), place(name, seed), run.threads, tell)

    tasks = [(name, seed) for name in variants for seed in run.seeds
             if fit and (not only or name in ("default", *only)) and not climbed(name, seed, False)]
    lends = lambda task, other: other == ("default", task[1]) and task != other
    whole = True
    for (name, seed), problem in jobs.each(tasks, run.jobs, one, lends):
        if problem and name == "default":
            raise Refused(f"the default, seed {seed}, {problem.words}: there is nothing to compare with")
        if problem:
            say(f"{name}, seed {seed}: {problem.words}")
            whole = False
    label = data.y[split.calibrate]
    boot, rows, first = metrics.Bootstrap(label, data.group[split.calibrate]), [], None
    for name, change in variants.items():
        done = [climbed(name, seed, False) for seed in run.seeds]
        if None in done:
            if first is None:
                raise Refused("the default has not been run with every seed: there is nothing to compare with")
            say(f"{name}: not run with every seed, and left out")
            continue
        drawn = np.mean([boot.draw(d.logits["calibrate"])[:, 0] for d in done], axis=0)
        auc = float(np.mean([metrics.auc(d.logits["calibrate"], label) for d in done]))
        valid = float(np.mean([metrics.auc(d.logits["valid"], data.y[split.valid]) for d in done]))
        first = first or (auc, drawn)
        low, high = boot.interval(drawn - first[1])
        rows.append({
            "name": name, "change": change, "auc": round(auc, 4), "valid_auc": round(valid, 4),
            "minus_default": {"auc": round(auc - first[0], 4), "low": low, "high": high},
            "seconds": round(sum(d.seconds for d in done), 1)})
    return rows, whole


def main(argv=None) -> int:
    p = arguments(argparse.ArgumentParser(
        prog="./jianwei train --ablate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    add_jobs(p)
    p.add_argument("--finished", action="store_true", help="fit nothing: the table of the rows that earlier runs have finished")
    p.add_argument("--only", action="append", default=[], metavar="ROW",
                   help="fit only this row beside the default (again for more); the table has whatever else is finished")
    a = p.parse_args(argv)
    run = of_arguments(a)
    if not run.rungs or set(run.rungs) - set(VARIANTS):
        raise Refused(f"--rungs: ablations are there for {', '.join(VARIANTS)}")
    rungs = chosen(discover()[0], run.rungs)
    loaded = sets.load(run)
    whole = True
    for rung in rungs:
        rows, through = ablate(run, rung, loaded, lambda text: print(text, flush=True), fit=not a.finished, only=a.only)
        whole &= through
        path = RESULTS / f"ablation-{rung.number}-{run.name}.json"
        RESULTS.mkdir(exist_ok=True)
        seeds = ",".join(map(str, run.seeds))
        write_json(path, {
            "rung": rung.number, "name": rung.name, "data": run.name, "date": date.today().isoformat(),
            "machine": machine(run, {run.cores}), "seeds": run.seeds, "judged_on": "calibrate slice",
            "default": settings_of(rung, run.size, run.rung.get(rung.number, {})), "rows": rows,
            "command": f"./jianwei train --ablate --rungs {rung.number} --data {run.data} --size {run.size} --seeds {seeds}"})
        print(f"{report.ablation(rows)}wrote {path}")
    return 0 if whole else 1
