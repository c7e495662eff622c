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

    def of(self, rows):
        """
        counts (B, types), exposure in years (B,), type of the next event (B,) or -1, and years until it (B,) or the exposure.
        A row that has seen no event yet has no company of events to go by: its exposure is 0.
        """
        rows = np.asarray(rows)
        counts, next_type, wait = np.zeros((len(rows), self.types), np.float32), np.full(len(rows), -1), np.zeros(len(rows), np.float32)
        limit = np.minimum(self.until, self.time[rows] + int(self.days * DAY))
        exposure = np.maximum(0, limit - self.time[rows]) / (YEAR * DAY)
        for i, last in enumerate(self.events.last[rows]):
            if last < 0:
                exposure[i] = 0
                continue
            after = self.events.order[self.events.place[last] + 1: self.end[self.events.company[last]]]
            observed, kind = self.events.observed[after], self.events.type[after]
            keep = (observed > self.time[rows[i]]) & (observed <= limit[i]) & ~self.outcome[kind]
            counts[i] = np.bincount(kind[keep], minlength=self.types)[: self.types]
            wait[i] = exposure[i]
            if keep.any():
                first = np.flatnonzero(keep)[np.argmin(observed[keep])]
                next_type[i], wait[i] = kind[first], (observed[first] - self.time[rows[i]]) / (YEAR * DAY)
        return counts, exposure.astype(np.float32), next_type, wait
