"""How rows are dealt into slices."""

from dataclasses import replace

import numpy as np
import pytest

import calibration
import split as splits
from dataset import DAY, Refused, seconds
from test_ladder import SPLIT, found  # noqa: F401


def test_slices_follow_in_time_and_labels_do_not_reach_over(found):
    split = splits.make(found, SPLIT)
    time = found.time
    assert time[split.train].max() < seconds("2021-01-01") - 30 * DAY and time[split.valid].min() >= seconds("2021-01-01")
    assert time[split.valid].max() < seconds("2021-06-01") <= time[split.calibrate].min()
    assert time[split.calibrate].max() < seconds("2021-12-01") - 30 * DAY and time[split.test].min() >= seconds("2021-12-01")
    assert all(found.known[rows].all() for rows in split.parts().values()) and time[split.unlabelled].max() < seconds("2021-01-01")


def test_held_out_companies_are_in_the_test_only(found):
    split = splits.make(found, {**SPLIT, "hold_out": 0.5})
    test = set(found.group[split.test])
    assert 100 < len(test) < 140
    for rows in (split.train, split.valid, split.calibrate, split.unlabelled):
        assert test.isdisjoint(found.group[rows])


def test_companies_that_judge_are_learned_from_nowhere(found):
    split = splits.make(found, {**SPLIT, "hold_out": 0.3, "judges": 0.4})
    parts = {name: set(found.group[rows]) for name, rows in split.parts().items()}
    judges = parts["valid"] | parts["calibrate"]
    known = splits.make(found, {**SPLIT, "judges": 0.4})
    assert set(found.group[known.test]).isdisjoint(found.group[known.valid])
    assert 50 < len(judges) < 90 and judges.isdisjoint(parts["test"])
    for learned in (parts["train"], set(found.group[split.unlabelled])):
        assert learned.isdisjoint(judges) and learned.isdisjoint(parts["test"])
    with pytest.raises(Refused, match="judges is 1.0; allowed is 0 to below 1"):
        splits.make(found, {**SPLIT, "judges": 1.0})


def test_kept_negatives_are_made_up_for(found):
    whole, split = splits.make(found, SPLIT), splits.make(found, {**SPLIT, "keep_negatives": 0.25})
    assert found.y[split.train].sum() == found.y[whole.train].sum()
    ratio = lambda rows: calibration.log_odds(found.y[rows].mean())
    assert ratio(split.train) + split.shift == pytest.approx(ratio(whole.train), abs=0.1)


def test_thinning_takes_every_company_and_every_month(found):
    keep = splits.thinned(found.time, found.group, 3)
    assert keep.mean() == pytest.approx(1 / 3, abs=0.02)
    assert set(found.group[keep]) == set(found.group) and len(np.unique(found.time[keep])) == len(np.unique(found.time))


def test_without_time_groups_are_dealt(found):
    split = splits.make(replace(found, time=np.zeros_like(found.time)), {})
    parts = [set(found.group[rows]) for rows in split.parts().values()]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 240


@pytest.mark.parametrize(("change", "words"), [
    ({"valid_from": "2022-06-01"}, "must be in order"), ({"test_from": "2030-01-01"}, "test slice has no rows"),
    ({"hold_out": 1.0}, "allowed is 0 to below 1"), ({"valid": 1}, "has no setting valid; allowed are"),
    ({"keep_negatives": 0.0}, "keep_negatives is 0.0")])
def test_split_that_cannot_be_is_one_sentence(found, change, words):
    with pytest.raises(Refused, match=words):
        splits.make(found, {**SPLIT, **change})


def test_single_class_slice_is_refused(found):
    y = found.y.copy()
    y[found.time >= seconds("2021-12-01")] = 0
    with pytest.raises(Refused, match="labels of the test slice is 0: one class cannot be learned"):
        splits.make(replace(found, y=y), SPLIT)
