"""What a ladder takes over from earlier runs and from other rungs, and what it fits again."""

import json
from dataclasses import replace

import pytest

import run_ladder
from fusion import resume
from ladder.rungs import Fitted
from test_ladder import Counting, few_draws, found, loaded, small_run  # noqa: F401  (fixtures)


def test_interrupted_ladder_goes_on_at_the_first_unfinished_seed(found, tmp_path, monkeypatch):  # noqa: F811
    Counting.fits = []
    for stop in (2, None):
        monkeypatch.setattr(run_ladder, "discover", lambda stop=stop: ([Counting(found, stop)], []))
        try:
            run_ladder.run_all(small_run(), "made up", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))
            assert stop is None
        except KeyboardInterrupt:
            assert not list((tmp_path / "results").iterdir())
    assert Counting.fits == [1, 2, 2]
    run_ladder.run_all(small_run(), "made up", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found, embargo_days=31))
    assert Counting.fits == [1, 2, 2, 1, 2]                                              # other data: nothing is reused


@pytest.mark.parametrize("name, left", [
    ("started.json", ""), ("done.json", "[]"), ("done.json", "{"), ("seconds.txt", "12"), ("logits.npz", "PK")])
def test_torn_files_of_a_rung_are_fitted_again(found, tmp_path, monkeypatch, name, left):  # noqa: F811
    monkeypatch.setattr(run_ladder, "discover", lambda: ([Counting(found)], []))
    go = lambda: run_ladder.run_all(small_run(), "", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))
    go()
    place = tmp_path / "runs" / "small" / "1-1"
    if name in ("started.json", "seconds.txt"):
        (place / "done.json").unlink()
    (place / name).write_text(left)
    Counting.fits = []
    result, whole = go()
    assert whole and Counting.fits == [1] and len(result["rungs"][0]["seed_auc"]) == 2


def test_a_torn_checkpoint_is_no_checkpoint(tmp_path):
    resume.save(tmp_path, "tune", {"a": 1}, {"step": 3})
    assert resume.load(tmp_path, "tune", {"a": 1}) == {"step": 3}
    kept = (tmp_path / "tune.pt").read_bytes()
    for left in (b"", kept[: len(kept) // 2], b"garbage"):
        (tmp_path / "tune.pt").write_bytes(left)
        assert resume.load(tmp_path, "tune", {"a": 1}) is None and not resume.finished(tmp_path, "tune", {"a": 1}, 3)


def test_rungs_that_are_not_asked_for_stay_in_the_table(found, tmp_path, monkeypatch):  # noqa: F811
    class Other(Counting):
        number, name = "2", "other"

    monkeypatch.setattr(run_ladder, "discover", lambda: ([Counting(found), Other(found)], []))
    numbers = lambda rungs: [row["rung"] for row in run_ladder.run_all(
        small_run(rungs=rungs), "", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))[0]["rungs"]]
    assert numbers(["2"]) == ["2"]
    Counting.fits = []
    assert numbers(["1"]) == ["1", "2"] and Counting.fits == [1, 2]


@pytest.mark.parametrize("count", [1, 2])
def test_a_part_that_another_rung_has_fitted_is_taken_over(found, tmp_path, monkeypatch, count):  # noqa: F811
    class Part(Counting):
        def fit(self, data, split, seed, config, say):
            config.folder.joinpath("head.pt").write_text(f"seed {seed}")
            return super().fit(data, split, seed, config, say)

    class Whole(Counting):
        number, name, parts, weight = "2", "whole", {"1": "half"}, 2                     # it would begin first

        def fit(self, data, split, seed, config, say):
            lent = config.folder / "half" / "head.pt"
            return Fitted(lambda rows: data.x[rows, 0], notes={"lent": lent.read_text() if lent.exists() else None})

    monkeypatch.setattr(run_ladder, "discover", lambda: ([Part(found), Whole(found)], []))
    done = lambda name: tmp_path / "runs" / "small" / name / "done.json"
    read = lambda name: json.loads(done(name).read_text())
    go = lambda rungs, **split: run_ladder.run_all(
        replace(small_run(rungs=rungs), jobs=count), "", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found, **split))
    go(["1", "2"])
    assert [read(f"2-{seed}")["notes"]["lent"] for seed in (1, 2)] == ["seed 1", "seed 2"]
    done("1-1").write_text(json.dumps({**read("1-1"), "seconds": 100}))
    done("2-1").unlink()
    (done("2-1").parent / "started.json").unlink()
    go(["2"])
    assert read("2-1")["seconds"] >= 100                                                 # what the part cost is counted
    go(["2"], embargo_days=31)                                                           # other data: the part is not the same
    assert [read(f"2-{seed}")["notes"]["lent"] for seed in (1, 2)] == [None, None]
