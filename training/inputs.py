"""
Raw features as numbers that linear models and networks can take; fitted on training rows only.

    inputs = Inputs(data, split.train, kind="quantile")
    z = inputs.numeric(rows)        # (B, width) float32: constant columns dropped, missing values filled and flagged
    c = inputs.codes(rows)          # (B, C) int64

kind standard: (x - mean) / std, clipped to the range of the training rows and to ±8. kind quantile: the normal score of x's rank
among the training rows; ties share a score. Trees need neither and read data.x.
"""

import numpy as np

CLIP = 8.0
KNOTS = 1_000
CHUNK = 65_536


class Inputs:
    def __init__(self, data, rows, kind="quantile"):
        x = np.asarray(data.x[rows], np.float32)
        self.data, self.kind = data, kind
        with np.errstate(invalid="ignore"):
            low, high = (f(np.where(np.isnan(x), s, x), axis=0, initial=s) for f, s in ((np.min, np.inf), (np.max, -np.inf)))
        self.keep = np.flatnonzero(high > low)                         # columns that vary
        x = x[:, self.keep]
        missing = np.isnan(x)
        self.flagged = np.flatnonzero(missing.any(0))                  # of the kept: they get a flag
        self.fill = np.array([np.median(column[~gone]) for column, gone in zip(x.T, missing.T)], np.float32)
        x = np.where(missing, self.fill, x)
        if kind == "standard":
            mean = x.mean(0, dtype=np.float64)
            self.mean, self.std = mean, np.maximum(np.sqrt(((x - mean) ** 2).mean(0)), 1e-6)
            z = (x - self.mean) / self.std
            self.low, self.high = np.maximum(z.min(0), -CLIP), np.minimum(z.max(0), CLIP)
        else:
            self.knots = [knots(column) for column in x.T]

    @property
    def width(self) -> int:
        return len(self.keep) + len(self.flagged)

    @property
    def names(self) -> list[str]:
        return [self.data.names[i] for i in self.keep] + [self.data.names[self.keep[i]] + " is missing" for i in self.flagged]

    @property
    def categories(self) -> list[int]:
        return list(self.data.categories)

    def numeric(self, rows) -> np.ndarray:
        rows = np.asarray(rows)
        out = np.empty((len(rows), self.width), np.float32)
        for begin in range(0, len(rows), CHUNK):
            part = slice(begin, begin + CHUNK)
            x = np.asarray(self.data.x[rows[part]], np.float32)[:, self.keep]
            missing = np.isnan(x)
            x = np.where(missing, self.fill, x)
            if self.kind == "standard":
                z = np.clip((x - self.mean) / self.std, self.low, self.high)
            else:
                z = np.stack([np.interp(column, *k) for column, k in zip(x.T, self.knots)], 1) if len(self.keep) else x
            out[part, : len(self.keep)] = z
            out[part, len(self.keep):] = missing[:, self.flagged]
        return out

    def codes(self, rows) -> np.ndarray:
        if self.data.categorical is None:
            return np.zeros((len(rows), 0), np.int64)
        return self.data.categorical[rows].astype(np.int64)

    def one_hot(self, rows) -> np.ndarray:
        """(B, width + sum of categories) float32: for linear models."""
        codes = self.codes(rows)
        return np.concatenate([self.numeric(rows)] + [np.eye(n, dtype=np.float32)[codes[:, j]] for j, n in enumerate(self.categories)], 1)


def knots(column):
    """(values, normal scores): a value that many rows share gets the score of the middle of its ranks."""
    from scipy.special import ndtri
    values, counts = np.unique(column, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(column)
    if len(values) > KNOTS:
        some = np.unique(np.r_[0, np.searchsorted(middle, np.linspace(0, 1, KNOTS)[1:-1]), len(values) - 1])
        values, middle = values[some], middle[some]
    score = ndtri(np.clip(middle, 1e-4, 1 - 1e-4))
    return values.astype(np.float64), score


def trees(data, rows) -> np.ndarray:
    """(B, F + C) float32 for trees: raw features, then codes."""
    x = np.asarray(data.x[rows], np.float32)
    return x if data.categorical is None else np.concatenate([x, data.categorical[rows].astype(np.float32)], 1)


def folds(data, rows, count: int, seed: int) -> np.ndarray:
    """(B,) fold of each row; a company is in one fold only."""
    return (data.dealt(seed)[0] % count)[rows]
