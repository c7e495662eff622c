"""
What the tabular networks share: their tensors, their loss, and how a trained one scores rows.

A network takes z (B, F) float32 and codes (B, C) int64 and gives logits (B, K), one column a member of its ensemble; its probability is
the mean of theirs. After a forward pass in training, net.penalty is what it adds to the loss (0 where there is nothing).
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from calibration import log_odds
from inputs import Inputs
from ladder.rungs import Fitted
from loop import descend, in_batches
from ranger import AdaRanger


class Embedded(nn.Module):
    """Numbers as they are, then an embedding of each categorical field; `field` says which field each column is of."""

    def __init__(self, numbers: int, categories: list[int]):
        super().__init__()
        sizes = [max(1, min(16, round(n**0.5))) for n in categories]
        self.tables = nn.ModuleList(nn.Embedding(n, d) for n, d in zip(categories, sizes))
        for table in self.tables:
            nn.init.normal_(table.weight, std=table.weight.shape[1] ** -0.5)
        self.width, self.fields = numbers + sum(sizes), numbers + len(sizes)
        self.register_buffer("field", torch.tensor(
            [*range(numbers), *(numbers + j for j, d in enumerate(sizes) for _ in range(d))], dtype=torch.long))

    def forward(self, z, codes):                               # -> (B, width)
        return torch.cat([z, *(table(codes[:, j]) for j, table in enumerate(self.tables))], 1) if len(self.tables) else z


def ensemble_loss(logits, y):
    """Mean binary cross-entropy of all members: (B, K), (B,) -> scalar."""
    return F.binary_cross_entropy_with_logits(logits, y[:, None].expand_as(logits))


def ensemble_logit(logits) -> np.ndarray:
    """(B, K) -> (B,): log-odds of the mean probability."""
    if logits.shape[1] == 1:
        return logits[:, 0].double().numpy()
    return log_odds(torch.sigmoid(logits.double()).mean(1).clamp(1e-7, 1 - 1e-7).numpy())


def optimiser_of(net, config):
    """AdamW or Ada-ranger; weights of matrices decay, biases and gains do not."""
    groups = [{"params": [p for p in net.parameters() if p.requires_grad and p.dim() > 1], "weight_decay": config.weight_decay},
              {"params": [p for p in net.parameters() if p.requires_grad and p.dim() <= 1], "weight_decay": 0.0}]
    groups = [g for g in groups if g["params"]]
    if config.settings.get("optimiser") == "ada-ranger":
        return AdaRanger(groups, lr=config.learning_rate)
    return torch.optim.AdamW(groups, lr=config.learning_rate)


def fit_network(net, inputs: Inputs, data, split, seed: int, config, say, clip=0.0) -> Fitted:
    """Trains with the rung's settings learning_rate, weight_decay, batch, epochs, patience."""
    net = net.to(config.device)
    tensors = lambda rows: (torch.from_numpy(inputs.numeric(rows)), torch.from_numpy(inputs.codes(rows)))
    z, codes = (t.to(config.device) for t in tensors(split.train))
    y = torch.from_numpy(data.y[split.train].astype(np.float32)).to(config.device)
    judged, weight = some_of(split.valid, data.y[split.valid])
    valid = tensors(judged)

    def loss_of(index):
        index = index.to(config.device)
        logits = net(z[index], codes[index])
        return ensemble_loss(logits, y[index]) + net.penalty

    history = descend(
        net, loss_of, lambda: ensemble_logit(in_batches(net, valid, config.device)), data.y[judged].astype(float),
        optimiser_of(net, config), len(y), valid_weight=weight, folder=config.folder, seed=seed, batch=batch_of(config, len(y)),
        epochs=config.epochs, patience=config.patience, shift=split.shift, warmup=config.settings.get("warmup", 0), clip=clip,
        say=say, report=config.report)
    size = sum(p.numel() for p in net.parameters())
    return Fitted(lambda rows: ensemble_logit(in_batches(net, tensors(rows), config.device)), history,
                  {"parameters": size, "epochs": len(history)})


def batch_of(config, rows: int) -> int:
    """The setting, or less: an epoch has sixteen steps at least, or a small table would be stopped before it has learned anything."""
    return min(config.batch, max(16, rows // 16))


def some_of(rows, y, most=20_000):
    """(rows, weights): every positive and at most so many negatives, which then weigh more; each epoch judges a large slice by these."""
    if len(rows) <= most:
        return rows, None
    negative = np.flatnonzero(y == 0)
    kept = np.random.default_rng(0).permutation(negative)[: max(most - int(y.sum()), 1)]
    weight = np.ones(len(rows))
    weight[kept] = len(negative) / len(kept)
    some = np.sort(np.r_[np.flatnonzero(y == 1), kept])
    return rows[some], weight[some]


def base_rate(y) -> float:
    return float(log_odds(np.clip(np.mean(y), 1e-4, 1 - 1e-4)))
