"""What is tried beside the ladder: tuning and ablations."""

from dataclasses import replace

import numpy as np
import pytest

import config as configs
import report
from dataset import Refused
from ladder.rungs import discover, registry, settings_of
from test_ladder import QUICK, found, loaded, small_run         # found is a fixture


def test_search_writes_a_config_that_trains_on_its_own(found, tmp_path):
    pytest.importorskip("optuna", reason="optuna is not installed (python3-optuna or requirements.txt)")
    import tune
    rung, run = registry["2"] if discover() else None, small_run(rung={"2": {"rounds": 20}})
    settings, loss, _ = tune.tune(run, rung, 60, 2, tmp_path, lambda text: None, loaded(found))
    said = []
    tune.tune(run, rung, 60, 1, tmp_path, said.append, loaded(found))
    assert "2 trials so far" in said[0] and settings["rounds"] == 20 and np.isfinite(loss)
    changed = small_run(rung={"2": {"rounds": 21}})
    tune.tune(changed, rung, 60, 1, tmp_path, said.append, loaded(found))
    assert "0 trials so far" in next(line for line in said[1:] if "so far" in line)      # of another rung
    configs.write(replace(run, rungs=["2"], rung={"2": settings}), tmp_path / "best.toml")
    again = configs.read(tmp_path / "best.toml")
    assert settings_of(rung, "demo", again.rung["2"]) == settings


def test_search_tries_the_untuned_settings_again_where_it_was_stopped_in_them(found, tmp_path, monkeypatch):
    pytest.importorskip("optuna", reason="optuna is not installed (python3-optuna or requirements.txt)")
    import tune
    rung, run = registry["2"] if discover() else None, small_run(rung={"2": {"rounds": 20}})
    with monkeypatch.context() as stopped:
        stopped.setattr(type(rung), "fit", lambda *a: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            tune.tune(run, rung, 60, 1, tmp_path, lambda text: None, loaded(found))
    said = []
    tune.tune(run, rung, 60, 1, tmp_path, said.append, loaded(found))
    assert "1 trials so far" in said[0] and any("(untuned)" in line for line in said)


def test_ablation_changes_settings_that_there_are():
    import ablate
    rungs = {rung.number: rung for rung in discover()[0]}
    for number, variants in ablate.VARIANTS.items():
        for change in variants.values():
            settings_of(rungs[number], "demo", change)              # refuses an unknown name
    assert all(rungs["9"].settings[name] != value for change in ablate.VARIANTS["9"].values() for name, value in change.items())


def test_ablation_pairs_every_row_with_the_default(found, tmp_path):
    import ablate
    rung = registry["5"] if discover() else None
    run = small_run(rung={"5": {**QUICK["5"], "epochs": 1}})
    run.seeds = [1]
    old, ablate.VARIANTS = ablate.VARIANTS, {"5": {"one head": {"heads": 1}, "the same": {"heads": 2}}}
    try:
        rows, whole = ablate.ablate(run, rung, loaded(found), lambda text: None, tmp_path, tmp_path / "ladder")
        said, ablate.VARIANTS = [], {"5": {"one head": {"heads": 1}, "another mask": {"mask": "no such mask"}}}
        more, all_through = ablate.ablate(replace(run, jobs=2), rung, loaded(found), said.append, tmp_path, tmp_path / "ladder")
    finally:
        ablate.VARIANTS = old
    assert [row["name"] for row in rows] == ["default", "one head"] and rows[0]["minus_default"] == {"auc": 0.0, "low": 0.0, "high": 0.0}
    assert whole and run.rung["5"]["heads"] == 2 and "| one head |" in report.ablation(rows)
    assert not all_through and more == rows
    with pytest.raises(Refused, match="no such row; there are default"):
        ablate.ablate(run, rung, loaded(found), said.append, tmp_path, tmp_path / "ladder", only=["two heads"])
    assert any(line.startswith("another mask, seed 1: failed with") for line in said)


@pytest.mark.parametrize(("budget", "words"), [("30m", 1800), ("90s", 90), ("2h", 7200)])
def test_budget_is_a_time(budget, words):
    import tune
    assert tune.seconds(budget) == words
    with pytest.raises(Refused, match="a time such as"):
        tune.seconds("soon")
