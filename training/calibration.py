"""
From a raw logit to a probability, and from probabilities to bands.

Platt scaling: J. Platt, "Probabilistic outputs for support vector machines", 1999, with its smoothed targets;
serving computes p = 1 / (1 + exp(-(scale * logit + offset))) from the manifest.
"""

import numpy as np

RECOVER_GAP = 0.25   # log-odds that a company has to fall below a band's fire threshold before it leaves the band


def sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -40, 40)))


def log_odds(p):
    return np.log(p / (1 - p))


def platt(logit, label, steps=50):
    """(scale, offset) of least log loss, by Newton's method; scale stays positive, so that ranks do not turn."""
    logit, label = np.asarray(logit, float), np.asarray(label, float)
    up, down = label.sum(), len(label) - label.sum()
    target = np.where(label == 1, (up + 1) / (up + 2), 1 / (down + 2))
    x = np.stack([logit, np.ones_like(logit)], axis=1)          # (N, 2)
    theta = np.array([1.0, log_odds(target.mean()) - logit.mean()])
    for _ in range(steps):
        p = sigmoid(x @ theta)
        gradient = x.T @ (p - target)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + 1e-9 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        loss = log_loss(x @ theta, target)
        while log_loss(x @ (theta - step), target) > loss and np.abs(step).max() > 1e-10:
            step = step / 2
        theta = theta - step
        if np.abs(step).max() < 1e-10:
            break
    if theta[0] <= 0:                                            # the score has no signal here: say the base rate
        return 1e-3, float(log_odds(target.mean()) - 1e-3 * logit.mean())
    return float(theta[0]), float(theta[1])


def log_loss(logit, target) -> float:
    return float(np.mean(np.logaddexp(0, logit) - target * logit))


def best_threshold(probability, label, beta) -> float:
    """The probability from which predicting 'yes' has the highest F-beta."""
    order = np.argsort(-probability, kind="stable")
    p, hit = probability[order], np.cumsum(label[order])
    last = np.append(p[1:] != p[:-1], True)                      # a threshold takes all rows that tie
    said = np.arange(1, len(p) + 1)
    score = (1 + beta**2) * hit / (beta**2 * label.sum() + said)
    return float(p[last][np.argmax(score[last])])


def bands(probability, label) -> list[dict]:
    """low, watch (F2-optimal: misses cost more) and high (F0.5-optimal: false alarms cost more), each recovering lower."""
    watch = np.clip(best_threshold(probability, label, 2.0), 1e-6, 0.95)
    high = np.clip(best_threshold(probability, label, 0.5), 1e-6, 0.99)
    high = max(high, float(sigmoid(log_odds(watch) + 2 * RECOVER_GAP)))
    recover = lambda fire: round(float(sigmoid(log_odds(fire) - RECOVER_GAP)), 6)
    return [{"name": "low"}] + [
        {"name": name, "fire": round(float(fire), 6), "recover": recover(fire)} for name, fire in (("watch", watch), ("high", high))]
