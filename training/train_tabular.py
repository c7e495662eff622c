"""
Trains a calibrated tabular model on one export folder and says what it reached on later data.

    /usr/bin/python3 training/train_tabular.py --export training/data/warn --run training/runs/warn \
        --validate-from 2018-01-01 --test-from 2020-01-01 --embargo-days 365
    /usr/bin/python3 training/export_onnx.py --run training/runs/warn --name warn-closure --version 2026.11.0

How the figures are made honest:
  - three slices in time: train | validate | test. Early stopping, calibration, bands and the choice between network and
    logistic regression look at the validation slice only; the test slice is used once, for the figures.
  - an embargo ends each slice early enough that its labels were known when the next slice begins.
  - companies are dealt into folds. Net k is trained without fold k and validated on fold k, so no company is validated
    by a net that has seen it. Each net has its own seed and fold; the shipped logit is their mean. On the test slice the
    same folds give the AUC on companies that the net has never seen.
  - a logistic regression (scikit-learn) goes through exactly the same folds and slices. Where the network does not beat it
    on the validation slice by a standard error, the simpler model ships, and the figures say so.
  - what ships is then trained once more, with the same recipe on all rows whose label is known (--no-refit: leave that
    out), calibrated on the newest of them. The figures are those of the recipe on later data, not of the refit on its own rows.
"""

import argparse
import sys
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

import calibration
import metrics
from dataset import DAY, Refused, day, read, seconds
from tabular import CLIP, TabularNet, average


@dataclass(frozen=True)
class Recipe:
    """Every setting of the optimisation."""

    seeds: int = 5                  # nets in the ensemble = folds of companies
    width: int = 24                 # hidden units of each net
    dropout: float = 0.2
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    batch: int = 512
    epochs: int = 40
    patience: int = 6               # epochs without a better validation log loss before a net stops
    logistic_c: float = 0.02        # inverse L2 strength of the logistic regression
    errors: float = 1.0             # standard errors of validation AUC that the network has to win by, else the simpler model ships


@dataclass(frozen=True)
class Slices:
    """Which rows are for what; boolean masks (N,)."""

    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray


def cut(export, validate_from: str, test_from: str, embargo_days: int) -> Slices:
    """train | validate | test by as-of; censored rows are in none."""
    known, embargo = export.censored == 0, embargo_days * DAY
    validate, test = seconds(validate_from), seconds(test_from)
    if not validate < test:
        raise Refused(f"--validate-from {validate_from} must be before --test-from {test_from}")
    slices = Slices(
        known & (export.as_of < validate - embargo),
        known & (export.as_of >= validate) & (export.as_of < test - embargo),
        known & (export.as_of >= test))
    for name, rows in vars(slices).items():
        check_slice(name, export.label[rows])
    return slices


def check_slice(name: str, label) -> None:
    if len(label) == 0:
        raise Refused(f"the {name} slice has no rows; move --validate-from, --test-from or --embargo-days")
    if label.min() == label.max():
        raise Refused(f"every one of the {len(label)} labels of the {name} slice is {label[0]}: one class cannot be learned or judged")


class Trainer:
    """Fits the recipe on given rows: K nets, each without one fold of companies."""

    def __init__(self, export, recipe: Recipe):
        self.x = torch.from_numpy(np.array(export.features))             # (N, F)
        self.y = np.array(export.label)                                  # (N,)
        deal = np.random.default_rng(0).permutation(int(export.company.max()) + 1)
        self.fold = (deal % recipe.seeds)[export.company]                # (N,)
        self.recipe = recipe

    def logistic(self, train, valid):
        """K logistic regressions over the same standardised inputs, as nets of width 0."""
        base, nets = TabularNet(self.x.shape[1], 0).fit(self.x[train]), []
        z = base.standardise(self.x).numpy()
        for k in range(self.recipe.seeds):
            rows = train & (self.fold != k)
            fit = LogisticRegression(C=self.recipe.logistic_c, max_iter=1000).fit(z[rows], self.y[rows])
            net = TabularNet(self.x.shape[1], 0)
            net.load_state_dict({**base.state_dict(), "linear.weight": torch.tensor(fit.coef_).float(),
                                 "linear.bias": torch.tensor(fit.intercept_).float()})
            nets.append(net.eval())
        print(f"logistic regression: validation auc {metrics.auc(self.unseen(nets, valid), self.y[valid]):.4f}", flush=True)
        return nets

    def network(self, train, valid):
        nets = []
        for k in range(self.recipe.seeds):
            torch.manual_seed(1000 + k)
            net = TabularNet(self.x.shape[1], self.recipe.width, self.recipe.dropout).fit(self.x[train])
            nets.append(self.descend(net, k, train & (self.fold != k), valid & (self.fold == k)))
        print(f"network: validation auc {metrics.auc(self.unseen(nets, valid), self.y[valid]):.4f}", flush=True)
        return nets

    def descend(self, net: TabularNet, k: int, train, stop) -> TabularNet:
        """AdamW until the log loss on the stopping rows no longer falls; the best epoch's weights are kept."""
        r, started = self.recipe, time.monotonic()
        check_slice(f"training (fold {k + 1})", self.y[train])
        check_slice(f"stopping (fold {k + 1})", self.y[stop])
        x, y = self.x[train], torch.from_numpy(self.y[train]).float()    # (B·steps, F), (B·steps,)
        xv, yv = self.x[stop], self.y[stop].astype(float)
        net.linear.bias.data.fill_(float(calibration.log_odds(y.mean().item())))
        optimiser = torch.optim.AdamW(net.parameters(), r.learning_rate, weight_decay=r.weight_decay)
        shuffle = torch.Generator().manual_seed(k)
        best, best_epoch, weights = np.inf, -1, None
        for epoch in range(r.epochs):
            net.train()
            total = 0.0
            for rows in torch.randperm(len(x), generator=shuffle).split(r.batch):
                loss = torch.nn.functional.binary_cross_entropy_with_logits(net(x[rows]), y[rows])
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                total += loss.item() * len(rows)
            net.eval()
            with torch.no_grad():
                logit = net(xv).numpy()
            held = calibration.log_loss(logit, yv)
            print(f"  net {k + 1}/{r.seeds} epoch {epoch + 1:2d}: train loss {total / len(x):.4f}, "
                  f"validation loss {held:.4f} auc {metrics.auc(logit, yv):.4f}", flush=True)
            if held < best:
                best, best_epoch, weights = held, epoch, {name: value.clone() for name, value in net.state_dict().items()}
            elif epoch - best_epoch >= r.patience:
                break
        net.load_state_dict(weights)
        print(f"  net {k + 1}/{r.seeds}: kept epoch {best_epoch + 1}, {time.monotonic() - started:.0f} s", flush=True)
        return net

    @torch.no_grad()
    def unseen(self, nets, rows) -> np.ndarray:
        """Logits of `rows`, each by the net that has not seen its company."""
        logits = np.empty(int(rows.sum()))
        for k, net in enumerate(nets):
            logits[self.fold[rows] == k] = net(self.x[rows & (self.fold == k)]).numpy()
        return logits

    @torch.no_grad()
    def logits(self, net, rows) -> np.ndarray:
        return net(self.x[rows]).double().numpy()


def judge(trainer: Trainer, nets, slices: Slices):
    """(figures, test probabilities) of an ensemble: Platt scaling on the validation slice, figures on the test slice."""
    scale, offset = calibration.platt(trainer.unseen(nets, slices.valid), trainer.y[slices.valid])
    probability = calibration.sigmoid(scale * trainer.logits(average(nets), slices.test) + offset)
    label = trainer.y[slices.test]
    found = metrics.figures(probability, label)
    found["auc_of_companies_not_trained_on"] = round(metrics.auc(trainer.unseen(nets, slices.test), label), 4)
    found["validation_auc"] = round(metrics.auc(trainer.unseen(nets, slices.valid), trainer.y[slices.valid]), 4)
    each = [metrics.auc(trainer.logits(net, slices.test), label) for net in nets]
    found["auc_of_single_seeds"] = [round(a, 4) for a in each]
    return found, probability


def finish(trainer: Trainer, nets, valid):
    """The shipped parts: one net, its calibration and its bands, from the rows that its members have not trained on."""
    logit, label = trainer.unseen(nets, valid), trainer.y[valid]
    scale, offset = calibration.platt(logit, label)
    return average(nets), {"scale": scale, "offset": offset}, calibration.bands(calibration.sigmoid(scale * logit + offset), label)


def golden(trainer: Trainer, net: TabularNet, rows, count=16) -> dict:
    """Real rows spread over the whole range of scores, with their logits."""
    at = np.flatnonzero(rows)
    order = at[np.argsort(trainer.logits(net, rows), kind="stable")]
    inputs = trainer.x[order[np.linspace(0, len(order) - 1, min(count, len(order))).astype(int)]]
    with torch.no_grad():
        return {"inputs": inputs.tolist(), "logits": net(inputs).tolist()}


def train(export, validate_from, test_from, embargo_days, recipe=Recipe(), refit=True, target=None, command="") -> dict:
    """The whole recipe; the returned checkpoint is all that packaging needs."""
    slices, trainer, m = cut(export, validate_from, test_from, embargo_days), Trainer(export, recipe), export.manifest
    for name, rows in vars(slices).items():
        print(f"{name}: {int(rows.sum())} rows, {day(export.as_of[rows].min())} to {day(export.as_of[rows].max())}, "
              f"{trainer.y[rows].mean():.2%} positive")

    logistic, network = trainer.logistic(slices.train, slices.valid), trainer.network(slices.train, slices.valid)
    (lr, lr_p), (mlp, mlp_p) = judge(trainer, logistic, slices), judge(trainer, network, slices)
    (mlp["auc_95"], lr["auc_95"]), gain = metrics.compare(mlp_p, lr_p, trainer.y[slices.test], export.company[slices.test])
    _, held = metrics.compare(*(trainer.unseen(nets, slices.valid) for nets in (network, logistic)),
                              trainer.y[slices.valid], export.company[slices.valid])
    network_ships = held["gain"] > recipe.errors * held["error"]
    print(f"validation: the network gains {held['gain']:+.4f} auc over logistic regression, standard error {held['error']:.4f}")
    shipped, fit = ("network", trainer.network) if network_ships else ("logistic_regression", trainer.logistic)
    print(f"test: network auc {mlp['auc']} {mlp['auc_95']}, logistic regression {lr['auc']} {lr['auc_95']}; {shipped} ships", flush=True)

    nets, valid, known = (network if network_ships else logistic), slices.valid, export.censored == 0
    if refit:
        print(f"refit: {int(known.sum())} rows", flush=True)
        newest = export.as_of[known].max() - (seconds(test_from) - seconds(validate_from))
        valid = known & (export.as_of > newest)
        nets = fit(known, valid)
    net, platt, bands = finish(trainer, nets, valid)

    return {
        "config": net.config, "state": net.state_dict(), "calibration": platt, "bands": bands,
        "golden": golden(trainer, net, known), "catalogue": m["catalogue"], "target": target or m["target"],
        "horizon_days": m["horizon_days"],
        "training": {
            "data": m["source"], "label": m["target"], "at": m["at"], "data_end": m["data_end"],
            "date": date.today().isoformat(), "command": command,
            "validate_from": validate_from, "test_from": test_from, "embargo_days": embargo_days,
            "rows": {name: int(rows.sum()) for name, rows in vars(slices).items()},
            "companies": int(export.company.max()) + 1,
            "base_rate": {name: round(float(trainer.y[rows].mean()), 5) for name, rows in vars(slices).items()},
            "test_to": day(export.as_of[slices.test].max()),
            "seeds": recipe.seeds, "recipe": asdict(recipe), "clip": CLIP,
            "shipped": shipped, "network_beats_logistic_regression": bool(mlp["auc"] > lr["auc"]),
            "chosen_by": f"validation AUC: the network has to win by {recipe.errors:g} standard error",
            "validation_auc_gain_of_network": held, "test_auc_gain_of_network": gain,
            "test": mlp if network_ships else lr, "network": mlp, "logistic_regression": lr,
            "weights": ("same recipe, trained again on all rows with a known label; test figures are from before that"
                        if refit else "as tested"),
        },
    }


def main() -> None:
    a = arguments().parse_args()
    torch.set_num_threads(a.threads)
    export = read(a.export, a.catalogue)
    checkpoint = train(export, a.validate_from, a.test_from, a.embargo_days, Recipe(seeds=a.seeds), not a.no_refit, a.target, a.command)
    a.run.mkdir(parents=True, exist_ok=True)
    torch.save(checkpoint, a.run / "checkpoint.pt.partial")
    (a.run / "checkpoint.pt.partial").replace(a.run / "checkpoint.pt")
    print(f"wrote {a.run / 'checkpoint.pt'}")


def arguments() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--export", type=Path, required=True, help="folder of jianwei export")
    p.add_argument("--run", type=Path, required=True, help="folder for the checkpoint")
    p.add_argument("--validate-from", required=True, metavar="DATE", help="the validation slice starts here")
    p.add_argument("--test-from", required=True, metavar="DATE", help="the test slice starts here")
    p.add_argument("--embargo-days", type=int, default=365, help="days left out before each slice (default: 365)")
    p.add_argument("--catalogue", help="refuse an export that was made with another catalogue hash")
    p.add_argument("--seeds", type=int, default=Recipe.seeds, help="nets, and folds of companies")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--target", help="what the probability is of, in words (default: the export's target)")
    p.add_argument("--command", default="/usr/bin/python3 " + " ".join(sys.argv), help="the command that the manifest names")
    p.add_argument("--no-refit", action="store_true", help="ship the tested weights")
    return p


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"error: {refused}")
