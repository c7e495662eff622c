"""
What the figures in a manifest mean. Everything here takes scores or probabilities (N,) and labels (N,) of 0 and 1.

Rows of one company repeat each other, so intervals resample companies, not rows (a cluster bootstrap).
"""

import numpy as np


def auc(score, label, weight=None) -> float:
    """Area under the ROC curve, ties counted half (Mann-Whitney); optional weight per row."""
    return _auc_sorted(*_sorted(score, label), weight=weight)


def _sorted(score, label):
    order = np.argsort(score, kind="stable")
    _, tie = np.unique(np.asarray(score)[order], return_inverse=True)
    return order, tie, np.asarray(label)[order].astype(bool)


def _auc_sorted(order, tie, positive, weight=None) -> float:
    w = np.ones(len(order)) if weight is None else np.asarray(weight, float)[order]
    up = np.bincount(tie, w * positive)        # weight of positives at each distinct score
    down = np.bincount(tie, w * ~positive)
    below = np.cumsum(down) - down             # weight of negatives below it
    total = up.sum() * down.sum()
    return float((up * (below + down / 2)).sum() / total) if total > 0 else float("nan")


def compare(ours, theirs, label, company, draws=500, seed=0):
    """
    Two scores of the same rows over resampled companies: the 95 % interval of the AUC of each, and of ours minus theirs
    the value, its standard error and its 95 % interval.
    """
    random, present = np.random.default_rng(seed), np.unique(company)
    prepared = [_sorted(score, label) for score in (ours, theirs)]
    found = np.empty((draws, 2))
    for draw in found:
        times = np.bincount(random.choice(present, len(present)), minlength=int(present[-1]) + 1)
        draw[:] = [_auc_sorted(*p, weight=times[company]) for p in prepared]
    bounds = lambda values: [round(float(v), 4) for v in np.nanpercentile(values, [2.5, 97.5])]
    gain = found[:, 0] - found[:, 1]
    return (bounds(found[:, 0]), bounds(found[:, 1])), {
        "gain": round(auc(ours, label) - auc(theirs, label), 4), "error": round(float(np.nanstd(gain)), 4), "gain_95": bounds(gain)}


def average_precision(score, label) -> float:
    """Mean of the precision at each positive, from the highest score down; ties in order of the rows."""
    hit = np.asarray(label)[np.argsort(-np.asarray(score), kind="stable")].astype(float)
    precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    return float((precision * hit).sum() / hit.sum())


def recall_at(score, label, share=0.10) -> float:
    """Share of the positives that are among the highest-scored `share` of rows."""
    top = np.argsort(-np.asarray(score), kind="stable")[: max(1, int(round(share * len(score))))]
    return float(np.asarray(label)[top].sum() / np.asarray(label).sum())


def brier(probability, label) -> float:
    return float(np.mean((np.asarray(probability) - label) ** 2))


def calibration_error(probability, label, bins=10) -> float:
    """ECE over bins of equal numbers of rows: the mean of |mean probability - share of positives|, weighted by rows."""
    order = np.argsort(probability, kind="stable")
    parts = [p for p in np.array_split(order, bins) if len(p)]
    return float(sum(len(p) * abs(np.mean(probability[p]) - np.mean(label[p])) for p in parts) / len(order))


def figures(probability, label) -> dict:
    """The figures of one model on one slice."""
    label = np.asarray(label)
    return {
        "auc": round(auc(probability, label), 4),
        "average_precision": round(average_precision(probability, label), 4),
        "recall_at_10_percent": round(recall_at(probability, label), 4),
        "brier": round(brier(probability, label), 5),
        "ece": round(calibration_error(probability, label), 5),
        "mean_probability": round(float(np.mean(probability)), 5),
    }
