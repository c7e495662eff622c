"""ceiling.py: what is not in the inputs cannot be learned, however much truth there is to learn from."""

from dataclasses import replace

import numpy as np
import pytest

import ceiling
import wheels
from dataset import Refused
from fusion_world import split, world


def test_feature_less_the_sectors_mean_leaves_nothing_where_there_is_nothing():
    x = np.array([[4.0, 0.0], [6.0, 0.0], [0.0, 2.0], [9.0, 3.0]], np.float32)
    assert ceiling.less_mean(x, np.array([0, 0, 0, 1])).tolist() == [[-1, 0], [1, 0], [0, 0], [0, 0]]


def test_deviation_from_the_sector_is_found_where_only_it_matters(tmp_path):
    if not wheels.offer("lightgbm"):
        pytest.skip("lightgbm is missing")
    random, data = np.random.default_rng(0), world(companies=1000)
    sector = (data.group * 7) % 40
    level = random.permutation(40)[sector] * 10.0
    health = np.repeat(random.normal(size=1000), 12)
    x = np.array(data.x)
    x[:, 2] = 100 + level + health
    p = 1 / (1 + np.exp(3 + 2 * health))
    data = replace(data, x=x, y=(random.random(len(data)) < p).astype(np.int8), oracle={"tabular": p, "observable": p})
    parts = replace(split(data), about={"embargo_days": -10_000})
    said = []
    found = ceiling.measure(data, parts, sector, None, 100_000, 1, said.append)
    by = {(row["taught"], row["given"]): row for row in found}
    assert by["tabular", "features, less the sector's"]["explained"] > 0.9 > 0.8 > by["tabular", "features"]["explained"]
    assert len(said) == 4 and found[0]["given"] == "the tabular oracle itself"


def test_model_that_is_not_there_is_refused(tmp_path):
    data = world(companies=100)
    data = replace(data, oracle={"tabular": np.full(len(data), 0.5), "observable": np.full(len(data), 0.5)})
    if not wheels.offer("lightgbm"):
        pytest.skip("lightgbm is missing")
    with pytest.raises(Refused, match="does not exist: train rung 9 first"):
        ceiling.measure(data, replace(split(data), about={"embargo_days": 0}), data.group % 3, tmp_path / "model.pt", 100, 1,
                        lambda text: None)
