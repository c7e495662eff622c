"""In which quarter of the year after a row the target first happened: what the hazard loss learns from, beside the label itself."""

import numpy as np

from dataset import DAY

UNKNOWN, NEVER = -2, -1
QUARTER_DAYS = 365.0 / 4


def quarters(data, rows) -> np.ndarray:
    """
    (B,) int64: 0..3, NEVER for a label of 0, UNKNOWN for a positive row whose events do not say when. `data.quarter` (N,) is
    taken where there is one; else the first outcome that could be known after the row says it.
    """
    rows = np.asarray(rows)
    positive = data.y[rows] == 1
    found = np.where(positive, UNKNOWN, NEVER)
    given = getattr(data, "quarter", None)
    if given is not None:
        return np.where(positive, np.where(given[rows] >= 0, given[rows], UNKNOWN), NEVER)
    if data.events is None:
        return found
    target = np.array([name.startswith("outcome") for name in data.events.types] + [False] * (256 - len(data.events.types)))
    events, ends = data.events, np.append(data.events.first[1:], len(data.events.order))
    for i in np.flatnonzero(positive & (events.last[rows] >= 0)):
        last = events.last[rows[i]]
        after = events.order[events.place[last] + 1: ends[events.company[last]]]
        when = events.observed[after][target[events.type[after]]]
        days = (when[when > data.time[rows[i]]] - data.time[rows[i]]) / DAY
        if len(days):
            found[i] = min(3, int(days.min() / QUARTER_DAYS))
    return found
