"""
From a raw logit to a probability (Platt, temperature or isotonic), and from probabilities to bands.

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


def temperature(logit, label, shift=0.0, steps=100) -> float:
    """The scale of least log loss of sigmoid(scale * (logit + shift)): Platt scaling that keeps where the logit is even."""
    z, label = np.asarray(logit, float) + shift, np.asarray(label, float)
    scale = 1.0
    for _ in range(steps):
        p = sigmoid(scale * z)
        step = (z * (p - label)).sum() / ((z * z * p * (1 - p)).sum() + 1e-9)
        while log_loss((scale - step) * z, label) > log_loss(scale * z, label) and abs(step) > 1e-10:
            step = step / 2
        scale -= step
        if abs(step) < 1e-10:
            break
    return float(max(scale, 1e-3))


class Isotonic:
    """
    A rising step function by pool-adjacent-violators, smoothed by one row of the base rate on each side; ties in a score become ties
    in p.
    """

    def __init__(self, logit, label):
        from sklearn.isotonic import IsotonicRegression
        base, edge = float(np.mean(label)), (float(np.min(logit)), float(np.max(logit)))
        self.fit = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(np.r_[logit, edge], np.r_[label, base, base])

    def __call__(self, logit):
        return self.fit.predict(logit)


def calibrator(kind: str, logit, label, shift=0.0):
    """logits -> probabilities, fitted on a slice that no model was trained on; kind is platt, temperature or isotonic."""
    if kind == "platt":
        scale, offset = platt(logit, label)
        return lambda z: sigmoid(scale * z + offset)
    if kind == "temperature":
        scale = temperature(logit, label, shift)
        return lambda z: sigmoid(scale * (z + shift))
    if kind == "isotonic":
        return Isotonic(logit, label)
    raise ValueError(f"calibration {kind}: allowed are platt, temperature, isotonic")


def choose(logit, label, company, shift=0.0, kinds=("temperature", "platt", "isotonic")) -> str:
    """The kind of least log loss when fitted on one half of the companies and judged on the other, both ways; of equals the first."""
    half = np.random.default_rng(0).permutation(int(np.max(company)) + 1)[company] % 2 == 0
    loss = dict.fromkeys(kinds, 0.0)
    for fit, judge in ((half, ~half), (~half, half)):
        if 0 < label[fit].sum() < fit.sum() and judge.any():
            for kind in kinds:
                p = np.clip(calibrator(kind, logit[fit], label[fit], shift)(logit[judge]), 1e-6, 1 - 1e-6)
                loss[kind] += log_loss(log_odds(p), label[judge]) * judge.sum()
    return min(kinds, key=lambda kind: loss[kind])


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
