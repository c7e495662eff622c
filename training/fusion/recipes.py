"""
Recipe switches of fine-tuning that are more than a loss (losses.py has those). Each is off by default and has a row in the
ablation; what did not pay stays off.
"""

import numpy as np
import torch
from torch.nn import functional as F


class Adversary:
    """FGM (Miyato et al. 2017): a step of length `size` along the gradient of the token table, taken back after the second loss."""

    def __init__(self, parameter, size: float):
        self.parameter, self.size, self.kept = parameter, size, None

    def attack(self) -> None:
        self.kept = self.parameter.data.clone()
        gradient = self.parameter.grad
        length = gradient.norm() if gradient is not None else torch.zeros(())
        if length > 0:
            self.parameter.data.add_(gradient, alpha=float(self.size / length))

    def restore(self) -> None:
        self.parameter.data.copy_(self.kept)


class Lookahead:
    """Slow weights that follow the fast ones' every `k` steps by `share` of the way (Zhang et al. 2019)."""

    def __init__(self, optimiser, k: int = 5, share: float = 0.5):
        self.optimiser, self.k, self.share, self.count = optimiser, k, share, 0
        self.slow = [p.detach().clone() for group in optimiser.param_groups for p in group["params"]]

    def step(self) -> None:
        self.optimiser.step()
        self.count += 1
        if self.count % self.k == 0:
            fast = [p for group in self.optimiser.param_groups for p in group["params"]]
            for slow, p in zip(self.slow, fast):
                slow.add_(p.detach() - slow, alpha=self.share)
                p.data.copy_(slow)


class WeakestFold:
    """Companies are dealt into folds; the fold whose loss has been highest lately weighs most (Sagawa et al. 2020, group DRO)."""

    def __init__(self, company, folds: int = 5, rate: float = 0.1, seed: int = 0):
        deal = np.random.default_rng(seed).permutation(int(company.max()) + 1) % folds
        self.fold, self.rate, self.share = deal[company], rate, np.full(folds, 1 / folds)

    def weights(self, rows):
        """(B,) weights of mean about 1."""
        return (self.share[self.fold[rows]] * len(self.share)).astype(np.float32)

    def learn(self, rows, each) -> None:
        """Takes the losses (B,) of rows into account."""
        loss = np.array([each[self.fold[rows] == k].mean() if (self.fold[rows] == k).any() else 0.0 for k in range(len(self.share))])
        self.share = self.share * np.exp(self.rate * loss)
        self.share /= self.share.sum()


def uda(clean, spoiled, sharpen: float = 0.5):
    """Xie et al. 2020: what is said of a spoiled row should be what is said of the clean one, sharpened. Logits (B,)."""
    return F.binary_cross_entropy_with_logits(spoiled, torch.sigmoid(clean.detach() / sharpen))


def fixmatch(clean, spoiled, sure: float = 0.98):
    """Sohn et al. 2020: only rows that the model is sure of teach, and as 0 or 1. Logits (B,)."""
    p = torch.sigmoid(clean.detach())
    keep = ((p > sure) | (p < 1 - sure)).to(spoiled.dtype)
    each = F.binary_cross_entropy_with_logits(spoiled, (p > 0.5).to(spoiled.dtype), reduction="none")
    return (each * keep).sum() / keep.sum().clamp(min=1.0)


def keywords(texts, rows, label, count: int, reserved: int = 16) -> np.ndarray:
    """
    Ids of the `count` tokens whose presence tells positives (label (B,) of rows) from negatives best: the difference of their
    shares over its standard error, either sign.
    """
    seen, of = np.zeros((2, texts.vocabulary)), np.ones((2, 1))
    documents = texts.document[rows]
    for y in (0, 1):
        of[y] = max(1, int((label == y).sum()))
        for number, times in zip(*np.unique(documents[(label == y) & (documents >= 0)], return_counts=True)):
            seen[y, np.unique(texts.tokens(number))] += times
    share, overall = seen / of, seen.sum(0) / of.sum()
    strength = np.abs(share[1] - share[0]) / np.sqrt(np.maximum(overall * (1 - overall), 1e-9) * (1 / of).sum())
    strength[:reserved] = 0
    return np.argsort(-strength, kind="stable")[:count]
