"""A tiny synthetic export folder: 240 companies, monthly for three years, one informative feature of four."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
torch.set_num_threads(1)

import wheels  # noqa: E402

wheels.offer("onnxruntime")

MONTH = 30 * 86_400


def write_export(folder: Path, companies=240, months=36) -> Path:
    random = np.random.default_rng(7)
    company = np.tile(np.arange(companies), months)                      # (N,)
    month = np.repeat(np.arange(months), companies)
    x = random.normal(size=(companies * months, 4)).astype(np.float32) * [1, 50, 1, 1] + [0, 1000, 0, 0]
    x[:, 3] = 2                                                          # constant: its standard deviation is 0
    label = (random.random(len(x)) < 1 / (1 + np.exp(2 - 1.5 * x[:, 0]))).astype(np.int8)
    censored = (month >= months - 6).astype(np.int8)
    as_of = 1_577_836_800 + month.astype(np.int64) * MONTH               # from 2020-01-01
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "features.npy", x.astype(np.float32))
    np.save(folder / "label.npy", label)
    np.save(folder / "censored.npy", censored)
    np.save(folder / "as_of.npy", as_of)
    (folder / "company.txt").write_text("".join(f"测试:{c}\n" for c in company), "utf-8")
    (folder / "manifest.json").write_text(json.dumps({
        "schema_version": 1, "catalogue": "00112233445566aa", "features": [{"name": n, "group": "g"} for n in "abcd"], "rows": len(x),
        "horizon_days": 180, "target": "outcome.closure", "at": "monthly", "source": "synthetic", "first_as_of": 0, "last_as_of": 0,
        "data_end": 0, "positive": int(label.sum()), "censored": int(censored.sum())}), "utf-8")
    return folder


@pytest.fixture
def export(tmp_path) -> Path:
    return write_export(tmp_path / "export")


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory) -> dict:
    from dataset import read
    from train_tabular import Recipe, train
    folder = write_export(tmp_path_factory.mktemp("trained") / "export")
    return train(read(folder), "2021-01-01", "2021-09-01", 30, Recipe(seeds=2, epochs=3, width=4))
