"""
Numbers as a network likes them: piecewise-linear encoding (Gorishniy et al., "On Embeddings for Numerical Features", 2022).

A feature becomes T values in 0..1 that say how far it is through each of T quantile bins of the training rows. What lies
beyond them stays at the edge of what is known, and a missing value (NaN) is a flag of its own.
"""

import numpy as np
import torch
from torch import nn


class PiecewiseLinear(nn.Module):
    """(B, F) -> (B, F * (T + 1)): the T bins of each feature and its missing flag."""

    def __init__(self, features: int, bins: int):
        super().__init__()
        self.register_buffer("low", torch.zeros(features, bins))
        self.register_buffer("scale", torch.zeros(features, bins))     # 1 / width of the bin; 0 where a feature has fewer bins
        self.register_buffer("centre", torch.zeros(features))          # of the values above the least
        self.register_buffer("spread", torch.full((features,), torch.inf))  # inf: nothing to measure by
        self.output = features * (bins + 1)

    def fit(self, rows: np.ndarray) -> "PiecewiseLinear":
        """Takes the bins from training rows (N, F); a constant feature says nothing, whatever it is later."""
        bins = self.low.shape[1]
        for i in range(rows.shape[1]):
            values = rows[:, i][np.isfinite(rows[:, i])]
            if len(values):
                edges = distinct_edges(values, bins)
                self.low[i, : len(edges) - 1] = torch.from_numpy(edges[:-1])
                self.scale[i, : len(edges) - 1] = torch.from_numpy(1 / np.diff(edges))
                some = values[values > edges[0]].astype(np.float64)
                if len(some) > 1 and some.std() > 1e-6:
                    self.centre[i], self.spread[i] = float(some.mean()), float(some.std())
        return self

    def forward(self, x, hidden=None):
        """`hidden` (B, F) in {0, 1}: values that are taken for missing."""
        missing = torch.isnan(x).to(x.dtype)
        x = torch.where(torch.isnan(x), torch.zeros_like(x), x)
        if hidden is not None:
            missing = torch.maximum(missing, hidden)
        bins = ((x.unsqueeze(-1) - self.low) * self.scale).clamp(0.0, 1.0) * (1 - missing).unsqueeze(-1)
        return torch.cat([bins, missing.unsqueeze(-1)], -1).flatten(1)

    def standard(self, x):
        """
        (B, F) values in standard deviations from the mean of those above the least, and whether each is above it: the least of a
        count, an amount or a time is nothing at all (no posting has no salary), and no deviation from anything. Nor is a value of a
        feature that had but one value above it.
        """
        there = (x > self.low[:, 0]).to(x.dtype) * (self.scale[:, 0].gt(0) & self.spread.lt(torch.inf)).to(x.dtype)       # false for NaN
        return (torch.nan_to_num(x) - self.centre) / self.spread, there


def distinct_edges(values, bins: int) -> np.ndarray:
    """At most bins + 1 rising edges, of equal shares of the values; of a count that is mostly 0 the other values get the bins."""
    edges = np.unique(np.quantile(values.astype(np.float64), np.linspace(0, 1, bins + 1)))
    rest = values[values > edges[0]]
    if len(edges) <= bins and len(rest):
        edges = np.unique(np.concatenate([edges[:1], np.quantile(rest.astype(np.float64), np.linspace(0, 1, bins))]))
    apart = np.concatenate([[True], np.diff(edges.astype(np.float32)) > 1e-6 * max(1.0, float(np.abs(edges).max()))])
    return edges[apart].astype(np.float32)
