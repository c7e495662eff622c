"""
A made-up world for tests of the fused model: 300 companies, monthly for a year. Feature 0 says whether a company grows, its
document says "plan" or "cut"; plan is bad news for a company that shrinks and good news for one that grows, so neither
the features nor the text alone know anything. Events of type 1 come more often to the companies that will default.
"""

import numpy as np

from data import Data, Documents, Sequences, Split

PLAN, CUT, FILLER = 20, 21, np.arange(30, 60)
DAY = 86_400
START = 1_600_000_000


def world(companies=300, months=12, seed=0) -> Data:
    random = np.random.default_rng(seed)
    n = companies * months
    company, month = np.repeat(np.arange(companies), months), np.tile(np.arange(months), companies)
    grows, plan = random.random(companies) < 0.5, random.random(companies) < 0.5
    bad = grows != plan
    x = random.normal(size=(n, 5)).astype(np.float32)
    x[:, 0] = grows[company] + 0.1 * random.normal(size=n)
    x[random.random(n) < 0.05, 1] = np.nan
    y = (random.random(n) < np.where(bad[company], 0.6, 0.05)).astype(np.int8)
    ids, tags, start = [], [], [0]
    for c in range(companies):
        words = [*random.choice(FILLER, random.integers(3, 12)), PLAN if plan[c] else CUT, *random.choice(FILLER, random.integers(0, 5))]
        ids += words
        tags += [1 | (i // 6) << 2 | 128 * (i % 2 == 0) for i in range(len(words))]
        start.append(len(ids))
    document = np.where(company % 10 == 9, -1, company).astype(np.int32)      # every tenth company has no text
    time = START + month.astype(np.int64) * 30 * DAY
    events = made_up_events(random, companies, months, bad, time, company)
    texts = Documents(document, np.array(start), np.array(ids, np.uint16), np.array(tags, np.uint8), 64, "ab" * 8)
    about = {"source": "made up", "target": "outcome.default", "horizon_days": 365, "at": "monthly", "catalogue": "00112233445566aa"}
    return Data(x, list("abcde"), ["g", "g", "h", "h", "h"], y, np.ones(n, bool), time, company.astype(np.int32),
                texts=texts, events=events, about=about)


def made_up_events(random, companies, months, bad, time, company) -> Sequences:
    end = START + (months + 12) * 30 * DAY
    owner, kind, when = [], [], []
    for c in range(companies):
        count = random.poisson(np.where(bad[c], 20, 4))
        t = np.sort(random.integers(START - 100 * DAY, end, count + 3))
        owner += [c] * len(t)
        kind += list(np.where(random.random(len(t)) < (0.8 if bad[c] else 0.3), 1, 0))
        when += list(t)
    owner, kind, when = np.array(owner, np.int32), np.array(kind, np.uint8), np.array(when, np.int64)
    amount = np.where(kind == 1, random.lognormal(3, 1, len(kind)), np.nan).astype(np.float32)
    seen = [np.flatnonzero((owner == c) & (when <= t)) for c, t in zip(company, time)]
    last = np.array([s[-1] if len(s) else -1 for s in seen])
    return Sequences(owner, kind, amount, when, when, last, time, ["change.a", "filing.b", "outcome.default"])


def split(data: Data) -> Split:
    """By company: 60, 15, 10 and 15 of a hundred; pre-training may read the first 60."""
    part = data.group % 100
    rows = lambda low, high: np.flatnonzero((part >= low) & (part < high))
    return Split(rows(0, 60), rows(60, 75), rows(75, 85), rows(85, 100), rows(0, 60))
