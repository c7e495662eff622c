"""
Which rows are for what: train | valid | calibrate | test, in time, with an embargo so that labels do not reach into what follows.
Rows of a third and further worlds are in none of them: they are strangers, which only pre-training reads.

    [split]                              # of a config file
    train_from = "2021-07-01"            # left out: from the first row
    valid_from = "2024-04-01"
    calibrate_from = "2024-09-01"
    test_from = "2025-01-01"             # where the test is another world: the first row of it
    embargo_days = 365                   # before valid (and before test, where it is in the same world)
    hold_out = 0.4                       # this share of companies is in the test and nowhere else; 0: tested on known companies too
    judges = 0.25                        # this share of the other companies is in valid and calibrate and nowhere else;
                                         # 0: later rows of known ones
    thin_months = 3                      # of a company's monthly rows every third, staggered over companies
    keep_negatives = 0.1                 # of the training rows without default; Split.shift makes up for it
"""

from datetime import datetime, timezone

import numpy as np

from data import Data, Split
from dataset import DAY, Refused, day, seconds

SETTINGS = {"train_from": None, "valid_from": None, "calibrate_from": None, "test_from": None, "embargo_days": 365,
            "hold_out": 0.0, "judges": 0.0, "thin_months": 1, "keep_negatives": 1.0, "shares": [0.6, 0.1, 0.1, 0.2]}


def thinned(time, group, months: int):
    """(N,) bool: every months-th monthly row of each company, beginning with another month for each company."""
    if months <= 1:
        return np.ones(len(time), bool)
    stamps, place = np.unique(time, return_inverse=True)
    at = np.array([(d := datetime.fromtimestamp(int(s), timezone.utc)).year * 12 + d.month for s in stamps])
    return (at[place] + group) % months == 0


def make(data: Data, settings: dict) -> Split:
    """The split that the settings describe; a slice that is empty or has one class is refused."""
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise Refused(f"[split] has no setting {unknown[0]}; allowed are {', '.join(SETTINGS)}")
    s = {**SETTINGS, **settings}
    if type(s["embargo_days"]) is not int or s["embargo_days"] < 0:         # a negative one would train on the test's time
        raise Refused(f"[split] embargo_days is {s['embargo_days']!r}; allowed is a whole number from 0 on")
    return by_time(data, s) if s["valid_from"] else by_group(data, s)


def by_time(data: Data, s: dict) -> Split:
    for name in ("calibrate_from", "test_from"):
        if not s[name]:
            raise Refused(f"[split] has valid_from but no {name}")
    begin = seconds(s["train_from"]) if s["train_from"] else int(data.time.min())
    valid, calibrate, test = (seconds(s[name]) for name in ("valid_from", "calibrate_from", "test_from"))
    embargo, other = s["embargo_days"] * DAY, data.world is not None
    here = data.world == 0 if other else np.ones(len(data), bool)
    if not begin < valid < calibrate or not (other or calibrate < test):
        raise Refused("[split] must be in order: train_from, valid_from, calibrate_from, test_from")
    held = held_out(data, s["hold_out"])
    judges = held_out(data, s["judges"], "judges", seed=3) & ~held
    learn, known, end = here & ~held & ~judges, data.known, (data.time.max() + 1 if other else test - embargo)
    judged = here & judges if s["judges"] else learn
    parts = {
        "train": learn & known & (data.time >= begin) & (data.time < valid - embargo),
        "valid": judged & known & (data.time >= valid) & (data.time < min(calibrate, end)),
        "calibrate": judged & known & (data.time >= calibrate) & (data.time < end),
        "test": known & (data.time >= test) & ((data.world == 1) if other else (held if s["hold_out"] else ~judges)),
    }
    strangers = np.flatnonzero((data.world > 1) & (data.time < valid)) if other else np.zeros(0, np.int64)
    return finish(data, parts, learn & (data.time < valid), strangers, s, "another world" if other else "later time")


def by_group(data: Data, s: dict) -> Split:
    """Without time: groups are dealt into the four parts."""
    if len(s["shares"]) != 4 or abs(sum(s["shares"]) - 1) > 1e-6 or min(s["shares"]) <= 0:
        raise Refused("[split] shares must be four positive numbers that add up to 1: train, valid, calibrate, test")
    groups = int(data.group.max()) + 1
    dealt = np.random.default_rng(0).permutation(groups)[data.group] / groups      # (N,) in [0, 1)
    edges = np.r_[0, np.cumsum(s["shares"])[:3], 1]
    parts = {name: data.known & (dealt >= a) & (dealt < b) for name, a, b in zip(("train", "valid", "calibrate", "test"), edges, edges[1:])}
    return finish(data, parts, ~parts["valid"] & ~parts["calibrate"] & ~parts["test"], np.zeros(0, np.int64), s, "groups at random")


def held_out(data: Data, share: float, name: str = "hold_out", seed: int = 1):
    """(N,) bool: rows of this share of the companies."""
    if not 0 <= share < 1:
        raise Refused(f"[split] {name} is {share}; allowed is 0 to below 1")
    order, companies = data.dealt(seed)
    return (order >= 0) & (order < share * companies)


def finish(data: Data, parts: dict, unlabelled, strangers, s: dict, kind: str) -> Split:
    for name, rows in parts.items():
        check(name, data.y[rows])
    rows = {name: np.flatnonzero(mask) for name, mask in parts.items()}
    shift, keep = 0.0, s["keep_negatives"]
    if not 0 < keep <= 1:
        raise Refused(f"[split] keep_negatives is {keep}; allowed is above 0 to 1")
    base = float(data.y[rows["train"]].mean())
    if keep < 1:
        lucky = np.random.default_rng(2).random(len(rows["train"])) < keep
        rows["train"] = rows["train"][lucky | (data.y[rows["train"]] == 1)]
        check("train", data.y[rows["train"]])
        shift = float(np.log(keep))
    about = {"kind": kind, "embargo_days": s["embargo_days"], "hold_out": s["hold_out"], "thin_months": s["thin_months"],
             "keep_negatives": keep, "train_base_rate": round(base, 5), **({"judges": s["judges"]} if s["judges"] else {})}
    for name, r in rows.items():
        about[name] = {"rows": len(r), "positive": int(data.y[r].sum()), "companies": len(np.unique(data.group[r])),
                       "from": day(data.time[r].min()) if data.time.any() else None,
                       "to": day(data.time[r].max()) if data.time.any() else None}
    return Split(**rows, unlabelled=np.flatnonzero(unlabelled), strangers=strangers, shift=shift, about=about)


def check(name: str, label) -> None:
    if len(label) == 0:
        raise Refused(f"the {name} slice has no rows: move the slices' dates "
                      "(--valid-from, --calibrate-from, --test-from, or [split] of a file), or say how far labels reach ahead "
                      "(--embargo-days, 365 where nothing is said: rows so shortly before the next slice are left out)")
    if label.min() == label.max():
        raise Refused(f"every one of the {len(label)} labels of the {name} slice is {label[0]}: one class cannot be learned or judged")
