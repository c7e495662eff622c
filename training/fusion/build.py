"""Puts a model together for a data set and takes it through pre-training and fine-tuning: what the rungs have in common."""

import numpy as np
import torch

from dataset import Refused
from fusion import recipes
from fusion.finetune import Finetuner
from fusion.fused import Fused, HeadConfig
from fusion.pretrain import pretrain
from fusion.rows import Rows, logits

FITTED_ON = 20_000      # rows that the quantile bins are taken from


def make(data, split, s, seed: int, device: str, text: bool = True, tabular: bool = True) -> tuple[Fused, Rows]:
    """A model with fresh weights, its bins taken from the rows that may be trained on, and the reader of its batches."""
    if text and data.texts is None:
        raise Refused("there are no tokens: export with --tokenizer")
    torch.manual_seed(seed)
    events = s.event_branch and tabular and data.events is not None
    head = HeadConfig(data.x.shape[1], s.vector if text else 0, s.bins, s.head_width, len(data.events.types) if events else 0,
                      tabular, s.experts, s.dropout, s.blocks, s.peers)
    model = Fused(s.encoder(data.texts.vocabulary) if text else None, head)
    if text:
        model.encoder.body.resting = not s.layers
    some = np.sort(np.random.default_rng(0).choice(split.unlabelled, min(len(split.unlabelled), FITTED_ON), replace=False))
    model.head.numbers.fit(np.asarray(data.x[some], np.float32))
    if text and s.keywords:
        model.encoder.keyword.copy_(torch.from_numpy(recipes.keywords(data.texts, split.train, data.y[split.train], s.keywords)))
    with torch.no_grad():
        base = float(np.clip(data.y[split.train].mean(), 1e-4, 1 - 1e-4))
        model.head.out.bias.fill_(float(np.log(base / (1 - base))))
    return model.to(device), Rows(data, s.length, device, events)


def until(data, split) -> int:
    """From here on nothing may be read before the slices have been judged: the first row of any of them."""
    return int(min(data.time[rows].min() for rows in (split.valid, split.calibrate)))


def learn(model, rows, split, s, seed: int, folder, say, pretrained: bool) -> list[dict]:
    """Pre-training where it is wanted, then both turns of fine-tuning; returns what the looks saw."""
    which = np.concatenate([split.unlabelled, split.strangers])
    history, foretells = pretrain(model, rows, which, until(rows.data, split), s, seed, folder, say) if pretrained else ([], None)
    tuner = Finetuner(model, rows, split, s, seed, say, folder, foretells)
    if pretrained or model.encoder is None:
        tuner.head_alone()
    if model.encoder is not None:
        tuner.together()
    if s.finish and model.encoder is not None:
        tuner.finish()
    tuner.blend()
    return [*({"epoch": -1, **entry} for entry in history), *tuner.history]


def scores(model, rows):
    return lambda which: logits(model, rows, which)
