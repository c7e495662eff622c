"""
What came after a row: how often each type of event followed, for the next-event objective.

A row's future is the events of its company that the row has not seen and that could be known by `until`; outcomes are left out
(they are the label), and so is everything from `until` on, so that pre-training reads nothing of the slices that judge it.
"""

import numpy as np

DAY, YEAR = 86_400, 365.0


class Future:
    """Counts and waiting times of the events after rows of `data`, up to `until` (unix seconds) and at most `days` days ahead."""

    def __init__(self, data, until: int, days: float = YEAR):
        self.events, self.time, self.until, self.days = data.events, data.time, until, days
        self.types = len(self.events.types)
        self.outcome = np.array([name.startswith("outcome") for name in self.events.types] + [True] * (256 - self.types))
        self.end = np.append(self.events.first[1:], len(self.events.order))          # where each company's events end

    def counts(self, rows):
        """counts (B, types) and exposure in years (B,)."""
        return self.of(rows, following=False)[:2]

    def of(self, rows, following: bool = True):
        """
        counts (B, types), exposure in years (B,), type of the next event (B,) or -1, and years until it (B,) or the exposure.
        A row that has seen no event yet has no company of events to go by: its exposure is 0.
        """
        rows, e = np.asarray(rows), self.events
        counts, next_type, wait = np.zeros((len(rows), self.types), np.float32), np.full(len(rows), -1), np.zeros(len(rows), np.float32)
        limit = np.minimum(self.until, self.time[rows] + int(self.days * DAY))
        last = np.asarray(e.last[rows], np.int64)
        exposure = np.where(last >= 0, np.maximum(0, limit - self.time[rows]) / (YEAR * DAY), 0)
        if len(e.order) == 0:
            return counts, exposure.astype(np.float32), next_type, wait
        seen = np.maximum(last, 0)
        begin = e.place[seen] + 1
        length = np.where(last >= 0, self.end[e.company[seen]] - begin, 0)      # (B,) events of the company that the row has not seen
        owner = np.repeat(np.arange(len(rows)), length)
        after = e.order[np.repeat(begin - np.cumsum(length) + length, length) + np.arange(len(owner))]
        observed, kind = np.asarray(e.observed[after]), np.asarray(e.type[after])
        keep = (observed > self.time[rows][owner]) & (observed <= limit[owner]) & ~self.outcome[kind]
        owner, observed, kind = owner[keep], observed[keep], kind[keep]
        counts += np.bincount(owner * self.types + kind, minlength=counts.size).reshape(counts.shape)
        wait += exposure
        if not following:
            return counts, exposure.astype(np.float32), next_type, wait
        order = np.lexsort((np.arange(len(owner)), observed, owner))
        first = order[np.r_[True, np.diff(owner[order]) != 0]] if len(owner) else order
        next_type[owner[first]] = kind[first]
        wait[owner[first]] = (observed[first] - self.time[rows[owner[first]]]) / (YEAR * DAY)
        return counts, exposure.astype(np.float32), next_type, wait


class Counted:
    """The counts of some rows (sorted numbers), made once for a loop that comes back to them."""

    def __init__(self, future: Future, rows, size: int = 8192):
        parts = [future.counts(rows[i: i + size]) for i in range(0, len(rows), size)]
        self.rows, self.types = rows, future.types
        self.known = [np.concatenate(part) for part in zip(*parts)]

    def counts(self, rows):
        at = np.searchsorted(self.rows, rows)
        return [part[at] for part in self.known]
