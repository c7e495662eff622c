"""
Which candidate columns tell something that the present features do not, and how sure that is.

The gain of a candidate. A model of the present features is trained on the train slice; out of its folds come residuals
g = y - p and weights h = p (1 - p) of the train rows. The candidate is cut into bins at its train quantiles, and each bin b gets one
Newton step of boosting (Friedman 2001): w_b = sum g / (sum h + RIDGE). On the later valid slice the gain of a row is what w takes
off its log loss, both with an intercept fitted there, so that no candidate gains by telling the calendar. Model and w are of other
companies than the row's (folds): what a company was like in the train slice it is still like in the valid slice, and to know it by
heart is no gain.

The guard. Gains are summed by company, because rows of a company repeat each other, and tested for a mean above 0 (one-sided; the
conditional test of predictive ability of Giacomini and White 2006), with the larger of two variances: what was seen, and what the
chance of the labels alone would give. A candidate that knows nothing has a gain below 0 on average, as w is then noise: the test errs
on the safe side. The p-values of all candidates go through Benjamini and Hochberg (1995): the k smallest are accepted for the largest
k with p_(k) <= q k / m. Besides, each candidate has a shadow: its own column dealt to other companies of the same month. The accepted
must also be so good that (1 + shadows as good) / (candidates as good) <= q, the estimate of Barber and Candes (2015, "knockoff+"), for
which shadows are only a stand-in: they are independent of the present features, knockoffs are not.

Rounds. The best of the accepted that are not near copies of each other join the model, which is trained again; what they made redundant has
no gain left in the next round. Round r works at q / 2^r, so that the rounds together spend q.
"""

import time
from dataclasses import dataclass, field

import numpy as np

import wheels
from calibration import sigmoid

BINS, RIDGE, FOLDS = 16, 10.0, 3
A_ROUND = 4             # candidates that join in one round, at most
ALIKE = 0.8             # absolute correlation from which two candidates are near copies


@dataclass
class Problem:
    """Rows of two slices; `base` are the present features (N, F), `codes` the candidates in bins (N, C) uint8."""

    base: np.ndarray
    wide: np.ndarray            # (N, C) float32: the candidates
    codes: np.ndarray
    y: np.ndarray               # (N,)
    company: np.ndarray         # (N,)
    month: np.ndarray           # (N,): shadows are dealt within it
    train: np.ndarray           # row numbers
    valid: np.ndarray
    shift: float = 0.0          # added to log-odds of a model of the train rows


@dataclass
class Tested:
    gain: np.ndarray            # (C,) of log loss a row of the valid slice
    p: np.ndarray               # (C,)
    accepted: np.ndarray        # (C,) bool
    shadows: int = 0            # of which the same test would have accepted so many


@dataclass
class Found:
    rounds: list[dict] = field(default_factory=list)

    @property
    def accepted(self) -> list[int]:
        return [c for r in self.rounds for c in r["accepted"]]


def binned(wide, train) -> np.ndarray:
    """(N, C) uint8: bins of equal shares of the train rows; a value that many share has its own."""
    codes = np.empty(wide.shape, np.uint8)
    for c in range(wide.shape[1]):
        cuts = np.unique(np.quantile(wide[train, c], np.linspace(0, 1, BINS + 1)[1:-1]))
        codes[:, c] = 2 * np.searchsorted(cuts, wide[:, c]) + np.isin(wide[:, c], cuts)      # odd: on a cut
    return codes


def dealt(problem: Problem, seed: int) -> np.ndarray:
    """(N,) the row whose candidates each row gets in the shadow: the next company of the same month, in one random order of companies."""
    key = np.random.default_rng(seed).random(int(problem.company.max()) + 1)[problem.company]
    order = np.lexsort((key, problem.month))
    first = np.flatnonzero(np.r_[True, np.diff(problem.month[order]) != 0])
    last = np.r_[first[1:], len(order)] - 1
    next_row = np.r_[order[1:], order[:1]]
    next_row[last] = order[first]
    out = np.empty(len(order), np.int64)
    out[order] = next_row
    return out


def folds(problem: Problem, seed: int) -> np.ndarray:
    """(N,) of 0 .. FOLDS - 1, rows of a company together."""
    return np.random.default_rng(seed).integers(0, FOLDS, int(problem.company.max()) + 1)[problem.company]


def test(problem: Problem, z, fold, q: float, seed: int, left) -> Tested:
    """Candidates `left` (C,) bool against the model whose log-odds are z (N,), out of `fold` (N,)."""
    names = np.flatnonzero(left)
    gain, p = np.full(len(left), -np.inf), np.ones(len(left))
    shadow_gain, shadow_p = np.full(len(left), -np.inf), np.ones(len(left))
    other = dealt(problem, seed)
    valid, train = problem.valid, problem.train
    companies = np.unique(problem.company[valid], return_inverse=True)[1]
    base_p = sigmoid(z[train])
    g, h = problem.y[train] - base_p, base_p * (1 - base_p)
    zv, yv = z[valid] + problem.shift, problem.y[valid]
    now = zv + intercept(zv[:, None], yv)[0]
    before, sd = loss(now, yv), np.sqrt(sigmoid(now) * sigmoid(-now))
    for begin in range(0, len(names), 64):
        some = names[begin: begin + 64]
        for rows_t, rows_v, into in ((train, valid, (gain, p)), (other[train], other[valid], (shadow_gain, shadow_p))):
            codes_t, codes_v = problem.codes[rows_t][:, some], problem.codes[rows_v][:, some]
            zc = np.repeat(zv[:, None], len(some), 1)                                            # (V, 64)
            for f in range(FOLDS):
                learn, judge = fold[train] != f, fold[valid] == f
                w = steps(codes_t[learn], g[learn], h[learn])                                    # (64, bins)
                zc[judge] += w[np.arange(len(some)), codes_v[judge]]
            zc += intercept(zc, yv)
            gains = before[:, None] - loss(zc, yv[:, None])
            into[0][some], into[1][some] = gains.mean(0), above_zero(gains, np.abs(zc - now[:, None]) * sd[:, None], companies)
    accepted = left & (p <= threshold(p[names], q)) & (gain > 0)
    t, s = -np.log(np.maximum(p, 1e-300)), -np.log(np.maximum(shadow_p, 1e-300))
    for value in np.unique(t[accepted]):              # from the least of them: raise the bar until shadows agree
        good = accepted & (t >= value)
        if (1 + (s[names] >= value).sum()) / good.sum() <= max(q, 1 / len(names)) or (s[names] < value).all():
            accepted = good
            break
        accepted = accepted & (t > value)
    return Tested(gain, p, accepted, int((shadow_p[names] <= threshold(shadow_p[names], q)).sum()))


def steps(codes, g, h) -> np.ndarray:
    """(C, bins) Newton steps of each candidate's bins, 0 on average."""
    out = np.zeros((codes.shape[1], 2 * BINS + 1))
    for c in range(codes.shape[1]):
        up, down = np.bincount(codes[:, c], g, out.shape[1]), np.bincount(codes[:, c], h, out.shape[1])
        w = up / (down + RIDGE)
        out[c] = w - (w * down).sum() / max(down.sum(), 1e-9)
    return out


def intercept(z, y, steps=4) -> np.ndarray:
    """(C,) what added to each column of z (V, C) makes its mean probability that of y."""
    a = np.zeros(z.shape[1])
    for _ in range(steps):
        p = sigmoid(z + a)
        a += (y.mean() - p.mean(0)) / np.maximum((p * (1 - p)).mean(0), 1e-9)
    return a


def loss(z, y):
    return np.logaddexp(0, z) - y * z


def above_zero(gains, noise, company) -> np.ndarray:
    """
    (C,) one-sided p-values of a mean gain (V, C) above 0, companies being the units. `noise` (V, C) is the standard deviation that a
    gain has by the chance of the label alone: where positives are rare, a candidate that says "not these few" may meet none of them,
    and what was seen would then have no spread.
    """
    from scipy.stats import t as student
    count = int(company.max()) + 1
    by_company = lambda values: np.stack([np.bincount(company, column, count) for column in values.T], 1)           # (companies, C)
    total = by_company(gains)
    variance = np.maximum(total.var(0, ddof=1), (by_company(noise) ** 2).mean(0))               # rows of a company have one fate
    spread = np.sqrt(variance / count)
    return student.sf(total.mean(0) / np.where(spread > 0, spread, np.inf), count - 1)


def threshold(p, q: float) -> float:
    """The largest p-value that Benjamini and Hochberg accept among these; -1 where they accept none."""
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= q * np.arange(1, len(p) + 1) / len(p))
    return float(ordered[passing[-1]]) if len(passing) else -1.0


def model(x, y, seed: int, threads: int = 1):
    """Boosting of fixed length: scores(x) are log-odds. LightGBM, or scikit-learn where it is missing."""
    if wheels.offer("lightgbm"):
        import lightgbm as lgb
        fitted = lgb.train({"objective": "binary", "learning_rate": 0.05, "num_leaves": 15, "min_data_in_leaf": 50,
                            "feature_fraction": 0.5, "lambda_l2": 5.0, "seed": seed, "num_threads": threads,
                            "deterministic": True, "force_row_wise": True, "verbosity": -1}, lgb.Dataset(x, y), 150)
        return lambda rows: fitted.predict(rows, raw_score=True, num_threads=threads)
    from sklearn.ensemble import HistGradientBoostingClassifier
    fitted = HistGradientBoostingClassifier(learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=50, l2_regularization=5.0,
                                            max_iter=150, early_stopping=False, random_state=seed).fit(x, y)
    return fitted.decision_function


def present_scores(problem: Problem, chosen: list[int], seed: int, also=()) -> np.ndarray:
    """(N,) log-odds without shift of the rows of train, of valid and `also`, each by the model that has not seen its company."""
    x = np.concatenate([problem.base, problem.wide[:, chosen]], 1) if chosen else problem.base
    fold, z = folds(problem, seed), np.zeros(len(x))
    asked = np.concatenate([problem.train, problem.valid, np.asarray(also, np.int64)])
    for f in range(FOLDS):
        inside, outside = problem.train[fold[problem.train] != f], asked[fold[asked] == f]
        z[outside] = model(x[inside], problem.y[inside], seed)(x[outside])
    return z


def search(problem: Problem, q: float, most: int, seed: int, say, deadline: float, before: list[dict] = (), keep=None) -> Found:
    """Rounds until nothing is accepted; `before` are rounds of an interrupted run, `keep` is told of each new one."""
    found = Found(list(before))
    left = np.ptp(problem.codes[problem.train], axis=0) > 0     # columns that vary
    left[found.accepted] = False
    while len(found.accepted) < most:
        if found.rounds and not found.rounds[-1]["accepted"]:
            break
        if time.monotonic() > deadline:
            say("the budget is spent: what was accepted so far is written")
            break
        number = len(found.rounds) + 1
        z = present_scores(problem, found.accepted, seed)
        tested = test(problem, z, folds(problem, seed), q / 2 ** number, seed + number, left)
        picked = distinct(problem, tested, min(A_ROUND, most - len(found.accepted)))
        found.rounds.append({
            "round": number, "q": q / 2 ** number, "tested": int(left.sum()), "passed": int(tested.accepted.sum()),
            "shadows": tested.shadows, "accepted": [int(c) for c in picked],
            "gain": [float(tested.gain[c]) for c in picked], "p": [float(tested.p[c]) for c in picked]})
        left[picked] = False
        if keep:
            keep(found.rounds)
        say(f"round {number}: {tested.accepted.sum()} of {found.rounds[-1]['tested']} candidates pass at q = {q / 2 ** number:.3g}, "
            f"{tested.shadows} of their shadows would, {len(picked)} join")
    return found


def distinct(problem: Problem, tested: Tested, most: int) -> list[int]:
    """The candidates of highest gain, none nearly the copy of another."""
    picked = []
    for c in sorted(np.flatnonzero(tested.accepted), key=lambda c: -tested.gain[c]):
        if len(picked) == most:
            break
        if all(abs(np.corrcoef(problem.wide[problem.train, c], problem.wide[problem.train, k])[0, 1]) < ALIKE for k in picked):
            picked.append(int(c))
    return picked
