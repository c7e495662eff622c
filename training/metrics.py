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


def balanced_accuracy(said, label) -> float:
    """Expected accuracy on a cohort of as many positives as negatives: the mean of both classes' recall."""
    said, label = np.asarray(said, bool), np.asarray(label, bool)
    return float((said[label].mean() + (~said[~label]).mean()) / 2)


def balanced_threshold(score, label) -> float:
    """The score from which saying yes has the highest balanced accuracy."""
    order = np.argsort(-np.asarray(score), kind="stable")
    ranked, hit = np.asarray(score)[order], np.asarray(label)[order].astype(float)
    gain = np.cumsum(hit) / hit.sum() - np.cumsum(1 - hit) / (1 - hit).sum()
    last = np.append(ranked[1:] != ranked[:-1], True)             # a threshold takes all rows that tie
    return float(ranked[last][np.argmax(gain[last])])


class Bootstrap:
    """AUC and average precision of many scores of the same rows over the same resampled companies."""

    def __init__(self, label, company, draws=500, seed=0):
        self.label = np.asarray(label).astype(bool)
        random, (_, place) = np.random.default_rng(seed), np.unique(company, return_inverse=True)
        companies = int(place.max()) + 1
        self.place = place
        self.times = [np.bincount(random.integers(0, companies, companies), minlength=companies).astype(np.float32) for _ in range(draws)]

    def draw(self, score) -> np.ndarray:
        """(draws, 2): AUC and average precision in every draw; a draw without positives is NaN."""
        order, tie = _sorted(score, self.label)[:2]
        positive, place = self.label[order], self.place[order]
        starts = np.flatnonzero(np.diff(tie, prepend=-1) > 0)       # the first row of each distinct score
        held = np.logical_or.reduceat(positive, starts)
        starts = starts[held | np.append(True, held[:-1])]          # scores that no positive has are one until the next that one has
        found = np.empty((len(self.times), 2))
        for draw, times in zip(found, self.times):
            w = times[place].astype(float)
            up = np.add.reduceat(w * positive, starts)
            down = np.add.reduceat(w, starts) - up
            below = np.cumsum(down) - down
            above_up, above = np.cumsum(up[::-1]), np.cumsum((up + down)[::-1])      # from the highest score down
            with np.errstate(invalid="ignore", divide="ignore"):
                draw[0] = (up * (below + down / 2)).sum() / (up.sum() * down.sum())
                draw[1] = np.nansum(up[::-1] * above_up / above) / up.sum()
        return found

    @staticmethod
    def interval(values) -> list[float]:
        return [round(float(v), 4) for v in np.nanpercentile(values, [2.5, 97.5])]
