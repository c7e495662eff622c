"""Rungs 6 to 9: text alone, text and features apart, and both in one model (../fusion)."""

from dataclasses import asdict

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression

import calibration
import metrics
from dataset import Refused
from fusion import build, checkpoint, export
from fusion.config import FULL, defaults, settings
from fusion.finetune import FAR, STILL
from fusion.probe import probe
from fusion.rows import vectors
from ladder.rungs import Fitted, Rung, register

SCRATCH = {"tune_steps": 400}       # without pre-training the encoder gets the steps that pre-training would have had
STRENGTHS = 1e-4, 1e-3, 1e-2                # of rung 8's logistic regression: C


class FusionRung(Rung):
    """What differs between the rungs: what the model sees, and whether it has been pre-trained."""

    needs, reads_text = {"tokens"}, True
    text, tabular, pretrained = True, True, True
    reads_strangers = property(lambda self: self.pretrained)
    weight = 3
    settings = defaults()
    settings_full = FULL

    def fit(self, data, split, seed, config, say):
        s = settings(config.settings)
        model, rows = build.make(data, split, s, seed, config.device, self.text, self.tabular)
        history = build.learn(model, rows, split, s, seed, config.folder, say, self.pretrained)
        model.encoder.round_tokens()
        notes = {"parameters": sum(p.numel() for p in model.parameters())}
        if s.probe and self.pretrained:
            notes["probe"] = probe(model, rows, split.unlabelled, seed, say)
        self.keep(config.folder / "model.pt", model, rows, split, s, seed)
        return Fitted(build.scores(model, rows), history, notes)

    def keep(self, path, model, rows, split, s, seed) -> None:
        """The model as ../fusion/export.py takes it; where it has both halves, with calibration, bands and golden rows."""
        data, more = rows.data, {}
        if self.text and self.tabular:
            said, label = build.scores(model, rows)(split.calibrate), data.y[split.calibrate]
            scale, offset = calibration.platt(said, label)
            more = {"calibration": {"scale": scale, "offset": offset}, "golden": export.golden(model, rows, split.calibrate),
                    "bands": calibration.bands(calibration.sigmoid(scale * said + offset), label),
                    "training": {"data": data.about.get("source"), "seed": seed, "split": split.about, "settings": asdict(s)}}
        checkpoint.save(path, model, s, data, **more)

    def space(self, trial):
        return {"tune_lr": trial.suggest_float("tune_lr", 1e-4, 2e-3, log=True), "decay_lr": trial.suggest_float("decay_lr", 0.3, 1.0),
                "head_lr": trial.suggest_float("head_lr", 3e-4, 4e-3, log=True), "dropout": trial.suggest_float("dropout", 0.0, 0.4),
                "head_width": trial.suggest_categorical("head_width", [48, 96, 160]),
                "weight_decay": trial.suggest_float("weight_decay", 1e-3, 0.3, log=True),
                "text_dropout": trial.suggest_float("text_dropout", 0.0, 0.4),
                "weight_hazard": trial.suggest_float("weight_hazard", 0.0, 1.0)}


@register
class TextScratch(FusionRung):
    number, name = "6", "Text only, from scratch"
    tabular, pretrained = False, False
    settings = defaults(**SCRATCH)


@register
class TextPretrained(FusionRung):
    number, name, weight = "7", "Text only, pre-trained", 5
    tabular = False


@register
class Concatenated(FusionRung):
    """A text model and a tabular model that have never met, and a logistic regression over both of their last layers."""

    number, name, weight = "8", "Trained apart, concatenated", 4
    parts = {"7": "text"}

    def fit(self, data, split, seed, config, say):
        s = settings(config.settings)
        tall, tall_rows = build.make(data, split, s, seed, config.device, text=False)
        history = build.learn(tall, tall_rows, split, s, seed, config.folder / "tabular", say, pretrained=True)
        wide, wide_rows = build.make(data, split, s, seed, config.device, tabular=False)
        history += build.learn(wide, wide_rows, split, s, seed, config.folder / "text", say, pretrained=True)
        both = lambda which: np.concatenate([last_layer(tall, tall_rows, which), last_layer(wide, wide_rows, which)], 1)
        up, down = (split.train[data.y[split.train] == y] for y in (1, 0))
        some = np.concatenate([up, np.random.default_rng(seed).permutation(down)[: max(30_000, len(up))]])
        z, seen = both(some), both(split.valid)
        mean, std = z.mean(0), z.std(0)
        moves = std > STILL
        if not moves.any():
            raise Refused("neither the text nor the features have left anything in the last layers to tell rows by")
        # a number that moves in few rows is not to decide those
        scaled = lambda z: ((z[:, moves] - mean[moves]) / std[moves]).clip(-FAR, FAR)
        fits = [LogisticRegression(C=c, max_iter=500).fit(scaled(z), data.y[some]) for c in STRENGTHS]
        found = [metrics.auc(fit.decision_function(scaled(seen)), data.y[split.valid]) for fit in fits]
        best = fits[int(np.argmax(found))]
        say(f"logistic regression over both last layers, C {best.C:g}: validation auc {max(found):.4f}")
        return Fitted(lambda which: best.decision_function(scaled(both(which))), history)


@torch.no_grad()
def last_layer(model, rows, which, size: int = 4096) -> np.ndarray:
    """z (B, width) of rows."""
    model.eval()
    table = None
    if model.encoder is not None:
        documents = np.unique(np.concatenate([[-1], rows.data.texts.document[which]]))
        table = documents, torch.from_numpy(vectors(model.encoder, rows, documents)).to(rows.device)
    parts = []
    for i in range(0, len(which), size):
        batch = rows.batch(which[i: i + size])
        vector = table[1][rows.tensor(np.searchsorted(table[0], batch.documents))][batch.of] if table else None
        parts.append(model.head.fused(batch.features, vector, batch.has_text, batch.events).cpu().numpy())
    return np.concatenate(parts)


@register
class JointScratch(FusionRung):
    number, name = "9b", "Joint, from scratch"
    pretrained = False
    settings = defaults(**SCRATCH)


@register
class JointPretrained(FusionRung):
    number, name, weight = "9", "Joint, pre-trained", 6
