"""
Searches a rung's settings with Optuna, on the valid slice; the test slice is not touched.

    ./jianwei train --tune --rungs 5 --data sim --size demo --budget 30m [--trials 50]

The study is in training/runs/tune/<name>-<rung>.db: the same command goes on with it. Networks and boosting report every epoch or
tree, and a trial that is behind the median of earlier ones at the same epoch is pruned. The best trial is written to
training/runs/tune/<name>-<rung>.toml, a config file that trains on its own: ./jianwei train --ladder --config FILE.
"""

import argparse
import hashlib
import json
import re
import shutil
import time
import warnings
from dataclasses import replace

import config as configs
import sets
from calibration import log_loss
from dataset import Refused
from fits import prints, prints_for
from ladder.rungs import Config, discover, settings_of
from run_ladder import arguments, chosen, of_arguments
from train import TRAINING

FOLDER = TRAINING / "runs" / "tune"
UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(budget: str) -> float:
    """30m, 2h or 90s."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", budget)
    if not found or float(found[1]) <= 0:
        raise Refused(f"--budget {budget}: a time such as 90s, 30m or 2h")
    return float(found[1]) * UNITS[found[2]]


def tune(run, rung, budget: float, trials: int | None, folder=FOLDER, say=print, loaded=None):
    """The best settings and their valid log loss; the study goes on where it was left."""
    import optuna
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)      # of the multivariate sampler
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    device = run.set_up_torch()
    data, split = loaded or sets.load(run, say)
    if rung.missing(data):
        raise Refused(f"rung {rung.number} cannot be tuned: it needs {', '.join(rung.missing(data))}")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.name}-{rung.number}.db"
    seed, given = run.seeds[0], run.rung.get(rung.number, {})
    untuned = json.dumps(settings_of(rung, run.size, given), sort_keys=True)    # a trial says nothing of a rung that is another now
    study = optuna.create_study(
        study_name="-".join([*prints_for(rung, prints(data, split)).values(), hashlib.sha256(untuned.encode()).hexdigest()[:16]]),
        storage=f"sqlite:///{path}", load_if_exists=True, direction="minimize",
        sampler=optuna.samplers.TPESampler(seed=seed, multivariate=True, n_startup_trials=8),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=3))
    say(f"{path.name}: {len(study.trials)} trials so far; {budget:.0f} s from now, and what the last trial needs beyond")
    if not any(trial.user_attrs.get("untuned") and trial.state == optuna.trial.TrialState.COMPLETE for trial in study.trials):
        study.enqueue_trial({}, user_attrs={"untuned": True})
    label = data.y[split.valid].astype(float)

    def objective(trial):
        defaults = trial.user_attrs.get("untuned", False)
        settings = settings_of(rung, run.size, given if defaults else {**given, **rung.space(trial)})
        trial.set_user_attr("settings", settings)
        place = folder / f"{run.name}-{rung.number}-trial"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        best, begun = [float("inf")], time.monotonic()

        def report(step, loss):
            best[0] = min(best[0], loss)
            trial.report(best[0], step)
            if not defaults and trial.should_prune():
                raise optuna.TrialPruned
            return False

        fitted = rung.fit(data, split, seed, Config(place, run.size, device, run.threads, settings, report),
                          lambda text: say(f"trial {trial.number}: {text}"))
        loss = log_loss(fitted.logits(split.valid) + split.shift, label)
        say(f"trial {trial.number}: valid log loss {loss:.5f}, {time.monotonic() - begun:.0f} s"
            f"{' (untuned)' if defaults else ''} {trial.params}")
        return loss

    study.optimize(objective, n_trials=trials, timeout=budget, catch=(ValueError,), callbacks=[
        lambda _, trial: say(f"trial {trial.number}: pruned") if trial.state == optuna.trial.TrialState.PRUNED else None])
    shutil.rmtree(folder / f"{run.name}-{rung.number}-trial", ignore_errors=True)
    try:
        best = study.best_trial
    except ValueError:
        raise Refused("no trial was finished within the budget; give it more time") from None
    return best.user_attrs["settings"], best.value, best.number


def main(argv=None) -> int:
    p = arguments(argparse.ArgumentParser(
        prog="./jianwei train --tune", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter))
    p.add_argument("--budget", default="30m",
                   help="for all named rungs together: 90s, 30m, 2h (default: %(default)s); a trial that has begun is finished")
    p.add_argument("--trials", type=int, help="at most so many new trials a rung")
    a = p.parse_args(argv)
    budget, run = seconds(a.budget), of_arguments(a)
    rungs = chosen(discover()[0], run.rungs)
    if not run.rungs:
        raise Refused("name what to tune: --rungs 2 (or several)")
    run.set_up_torch()
    loaded = sets.load(run)
    for rung in rungs:
        settings, loss, number = tune(run, rung, budget / len(rungs), a.trials, loaded=loaded)
        path = FOLDER / f"{run.name}-{rung.number}.toml"
        configs.write(replace(run, rungs=[rung.number], rung={rung.number: settings}, name=f"{run.name}-tuned-{rung.number}",
                              jobs=0, threads=0), path)
        print(f"rung {rung.number}: best is trial {number}, valid log loss {loss:.5f}\n"
              f"wrote {path}; ./jianwei train --ladder --config {path}")
    return 0
