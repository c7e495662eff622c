"""The harness around the rungs: figures, resuming, results, config files."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

import calibration
import config as configs
import data as datasets
import metrics
import report
import run_ladder
import sets
import split as splits
import tfidf
import wheels
from dataset import Refused, seconds
from ladder.rungs import Config, Fitted, Rung, discover, registry, settings_of
from test_data import write_v2

SPLIT = {"valid_from": "2021-01-01", "calibrate_from": "2021-06-01", "test_from": "2021-12-01", "embargo_days": 30}


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    monkeypatch.setattr(run_ladder, "DRAWS", 25)


@pytest.fixture
def found(export):
    return datasets.read_export(export)


def small_run(**changes):
    return configs.Run("yc", seeds=[1, 2], split=SPLIT, jobs=1, threads=1, device="cpu", name="small", **changes)


def loaded(found, **changes):
    return found, splits.make(found, {**SPLIT, **changes})


def test_bootstrap_agrees_with_scikit_learn_on_resampled_companies():
    random = np.random.default_rng(0)
    label, company = random.integers(0, 2, 300), random.integers(0, 40, 300)
    score = (random.normal(size=300) + label).round(1)                                   # with ties
    boot = metrics.Bootstrap(label, company, draws=5)
    for (auc, ap), times in zip(boot.draw(score), boot.times):
        weight = times[boot.place]
        assert auc == pytest.approx(roc_auc_score(label, score, sample_weight=weight))
        assert ap == pytest.approx(average_precision_score(label, score, sample_weight=weight))


def test_balanced_accuracy_of_the_best_threshold():
    score, label = np.arange(10.0), np.array([0, 0, 0, 0, 0, 0, 1, 0, 1, 1])
    assert metrics.balanced_threshold(score, label) == 6
    assert metrics.balanced_accuracy(score >= 6, label) == pytest.approx((1 + 6 / 7) / 2)


@pytest.mark.parametrize("kind", ["temperature", "platt", "isotonic"])
def test_calibrators_mend_an_overconfident_score(kind):
    random = np.random.default_rng(1)
    z = random.normal(-2, 1.2, 20_000)
    y = (random.random(len(z)) < calibration.sigmoid(z)).astype(int)
    p = calibration.calibrator(kind, 3 * z, y)(3 * z)
    assert metrics.calibration_error(p, y) < 0.01 < metrics.calibration_error(calibration.sigmoid(3 * z), y)
    assert (np.diff(p[np.argsort(z)]) >= -1e-9).all()


def test_calibration_is_chosen_on_companies_that_it_was_not_fitted_on():
    random = np.random.default_rng(2)
    z = random.normal(-2, 1.2, 8_000)
    y = (random.random(len(z)) < calibration.sigmoid(z)).astype(int)
    company = random.integers(0, 400, len(z))
    assert calibration.choose(z - 2, y, company) == "platt"                              # needs an offset
    steps = np.where(z > -2, 0.2, 0.01)
    assert calibration.choose(z * 9 + 30, (random.random(len(z)) < steps).astype(int), company) == "isotonic"


class Counting(Rung):
    number, name, fits = "1", "counting", []

    def __init__(self, data, stop_at=None):
        self.data, self.stop_at = data, stop_at

    def fit(self, data, split, seed, config, say):
        self.fits.append(seed)
        if seed == self.stop_at:
            raise KeyboardInterrupt
        return Fitted(lambda rows: data.x[rows, 0] + 0.1 * seed, [{"epoch": 1, "valid": 0.5}, {"epoch": 2, "valid": 0.4}], {"note": seed})


def test_finished_makes_the_table_of_what_there_is_and_fits_nothing(found, tmp_path, monkeypatch):
    class Twice(Counting):
        def fit(self, data, split, seed, config, say):
            if seed == 2:
                raise KeyboardInterrupt
            # pre-training has no valid
            looks = [{"turn": "head", "step": 1, "next": 0.5}, *({"epoch": i, "valid": 0.1 * i} for i in range(3))]
            return Fitted(lambda rows: data.x[rows, 0], looks)

    monkeypatch.setattr(run_ladder, "discover", lambda: ([Twice(found)], []))
    where = (small_run(), "made up", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))
    with pytest.raises(Refused, match="no rung was fitted: .* 0 of 2 seeds and is left out"):
        run_ladder.run_all(*where, fit=False)
    with pytest.raises(KeyboardInterrupt):
        run_ladder.run_all(*where)
    result, whole = run_ladder.run_all(*where, fit=False)
    assert (whole and len(result["rungs"][0]["seed_auc"]) == 1
            and result["left_out"] == [f"rung 1 ({Twice.name}) has been run with 1 of 2 seeds"])


def test_fresh_forgets_what_is_there_but_not_what_another_ladder_is_at(found, tmp_path, monkeypatch):
    rung = Counting(found)
    rung.fits = []
    monkeypatch.setattr(run_ladder, "discover", lambda: ([rung], []))
    where = (small_run(), "made up", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))
    run_ladder.run_all(*where)
    place = next((tmp_path / "runs").glob("*/1-1/done.json"))
    before = place.stat().st_mtime_ns
    with run_ladder.alone(place.parent.parent), pytest.raises(Refused, match="another ladder is at work"):
        run_ladder.run_all(*where, fresh=True)
    with pytest.raises(Refused, match="there is no rung 99"):
        run_ladder.run_all(small_run(rungs=["99"]), *where[1:], fresh=True)
    assert place.stat().st_mtime_ns == before
    run_ladder.run_all(*where, fresh=True)
    assert place.stat().st_mtime_ns > before


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_fitted(found, tmp_path, monkeypatch):
    rung = Counting(found)
    monkeypatch.setattr(run_ladder, "discover", lambda: ([rung], []))
    (tmp_path / "results").write_text("a file")
    with pytest.raises(Refused, match="results cannot be written"):
        run_ladder.run_all(small_run(), "made up", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))
    assert not list((tmp_path / "runs").glob("*/*"))


def test_a_ladder_of_which_every_fit_failed_is_no_wrong_input(found, tmp_path, monkeypatch):
    class Broken(Counting):
        def fit(self, data, split, seed, config, say):
            raise ZeroDivisionError("made up")

    monkeypatch.setattr(run_ladder, "discover", lambda: ([Broken(found)], []))
    with pytest.raises(Refused, match="no rung was fitted") as ended:
        run_ladder.run_all(small_run(), "made up", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))
    assert ended.value.code == 1 and Refused("").code == 2


def test_the_command_repeats_the_whole_table():
    words = ["--data", "sim", "--rungs", "9", "--finished", "--seeds", "1,2", "--rungs=2b"]
    assert run_ladder.repeats(words) == "./jianwei train --ladder --data sim --seeds 1,2"


def test_results_hold_what_the_readme_needs(found, tmp_path, monkeypatch, capsys):
    rungs = [r for r in discover()[0] if r.number in ("1", "2")]
    monkeypatch.setattr(run_ladder, "discover", lambda: (rungs, []))
    run = small_run(rung={"2": {"rounds": 30}})
    result, whole = run_ladder.run_all(run, "the command", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))
    written = json.loads((tmp_path / "results" / "small.json").read_text())
    assert whole and {"date", "machine", "seeds", "rows", "base_rate", "split", "latent_oracle_auc", "observable_oracle_auc",
                      "rungs"} <= set(written)
    for row in written["rungs"]:
        assert {"rung", "auc", "low", "high", "ap", "ece", "seconds", "minus_2b", "recall_10", "brier", "balanced_accuracy"} <= set(row)
        assert row["low"] < row["auc"] < row["high"] and row["auc"] > 0.75
    for name in ("card.md", "curves.png", "calibration.png", "lift.png", "learning.png"):
        assert (tmp_path / "runs" / "small" / name).stat().st_size > 1000
    assert "| 2 gradient boosting | 0." in capsys.readouterr().out
    page = f"before\n<!-- ladder:small -->\nold\n<!-- /ladder -->\nafter"
    assert (report.table(result).strip() in report.renew(page, tmp_path / "results")
            and "old" not in report.renew(page, tmp_path / "results"))


@pytest.mark.parametrize("page", ["README.md", "docs/ladder.md"])
def test_tables_of_a_page_are_those_of_the_results(page):
    text = (report.RESULTS.parents[1] / page).read_text("utf-8")
    assert "<!-- ladder:" in text and report.renew(text) == text


def test_a_trial_takes_nothing_from_a_table_that_has_more(found, tmp_path, monkeypatch):
    class Other(Counting):
        number = "2"

    monkeypatch.setattr(run_ladder, "discover", lambda: ([Counting(found), Other(found)], []))
    said, table, trial = [], tmp_path / "results" / "small.json", tmp_path / "runs" / "small" / "results.json"
    go = lambda run, **more: run_ladder.run_all(run, "made up", tmp_path / "results", tmp_path / "runs", said.append, loaded(found), **more)
    go(small_run())
    before = table.read_text()
    go(replace(small_run(), rungs=["1"]))                                # has the other from before
    assert not trial.exists()
    go(replace(small_run(), rungs=["1"]), fresh=True)
    assert table.read_text() == before and [row["rung"] for row in json.loads(trial.read_text())["rungs"]] == ["1"]
    assert f"{table} has more rungs or seeds, and stays as it is" in said
    trial.unlink()
    go(replace(small_run(), seeds=small_run().seeds[:1]))
    assert table.read_text() == before and trial.exists()


def test_difference_from_the_rival_is_paired(found, tmp_path, monkeypatch):
    class Rival(Counting):
        number, name = "2b", "rival"

        def fit(self, data, split, seed, config, say):
            return Fitted(lambda rows: 2 * data.x[rows, 0])                              # the same ranks

    class Worse(Rival):
        number, name = "4", "worse"

        def fit(self, data, split, seed, config, say):
            noise = np.random.default_rng(0).normal(size=len(data.y))
            return Fitted(lambda rows: data.x[rows, 0] + 2 * noise[rows])

    monkeypatch.setattr(run_ladder, "discover", lambda: ([Counting(found), Rival(found), Worse(found)], []))
    known = {rung.number for rung in discover()[0]}
    assert run_ladder.PAIRS and known.issuperset(number for pair in run_ladder.PAIRS for number in pair)
    monkeypatch.setattr(run_ladder, "PAIRS", (("2b", Counting.number), ("2b", "9"), ("4", "2b")))
    result, _ = run_ladder.run_all(small_run(), "made up", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))
    assert result["rungs"][0]["minus_2b"] == {"auc": 0.0, "low": 0.0, "high": 0.0}
    same, worse = result["differences"]
    assert same == {"rung": "2b", "minus": Counting.number, "auc": 0.0, "low": 0.0, "high": 0.0}
    auc = {row["rung"]: row["auc"] for row in result["rungs"]}
    assert worse["auc"] == round(auc["4"] - auc["2b"], 4) == result["rungs"][2]["minus_2b"]["auc"]
    assert worse["low"] < worse["auc"] < worse["high"] < 0
    assert f"2b minus {Counting.number} +0.0000 [+0.0000, +0.0000]" in report.table(result)
    result.pop("differences")                                                            # a file of before
    assert "minus" not in report.table(result).splitlines()[-1]


def test_rung_without_its_package_or_data_is_left_out_with_a_line(found, tmp_path, monkeypatch):
    class Needy(Counting):
        number, name, needs = "9", "needy", {"text", "no_such_package"}

    class Broken(Counting):
        number, name = "8", "broken"

        def fit(self, *arguments):
            raise ZeroDivisionError("made up")

    monkeypatch.setattr(run_ladder, "discover", lambda: ([Counting(found), Broken(found), Needy(found)], []))
    result, whole = run_ladder.run_all(small_run(), "made up", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))
    assert [row["rung"] for row in result["rungs"]] == ["1"] and not whole
    assert result["left_out"] == [
        "rung 8 (broken) failed with ZeroDivisionError: made up",
        "rung 9 (needy) is left out: it needs the Python package no_such_package (training/requirements.txt), texts"]


def test_seconds_are_called_what_they_are():
    fits = lambda *loads: [run_ladder.Done({}, 1.0, [], {}, load=load) for load in loads]
    assert "upper bounds" in run_ladder.crowd(fits(0.1, 10_000.0))["seconds_are"]
    assert run_ladder.crowd(fits(0.1, 0.2))["seconds_are"] == "of a machine that did nothing else"
    assert run_ladder.crowd(fits(0.1, 0.0))["seconds_are"] == "as measured"                # one is unknown


def test_unknown_rung_and_setting_are_named(found):
    with pytest.raises(Refused, match="there is no rung 77; there are 1"):
        run_ladder.chosen([Counting(found)], ["77"])
    with pytest.raises(Refused, match=r"\[rung.2\] has no setting leafs; allowed are"):
        settings_of(discover() and registry["2"], "demo", {"leafs": 3})


def test_config_file_reads_as_it_was_written(tmp_path):
    run = configs.Run("sim", seeds=[4], rungs=["2b"],
                      worlds=[{"companies": 10, "years": 2, "seed": 1, "world": {"TextStrength": 1.5}}, {"companies": 5}],
                      split={"valid_from": "2021-01-01", "hold_out": 0.5},
                      rung={"2b": {"leaves": 7, "text_c": [0.1, 1.0], "segments": True}, "5": {"mask": "none"}})
    configs.write(run, tmp_path / "c.toml")
    assert configs.read(tmp_path / "c.toml") == run


@pytest.mark.parametrize("path", sorted(configs.CONFIGS.glob("*.toml")), ids=lambda path: path.stem)
def test_config_files_that_come_along_are_whole(path):
    run = configs.read(path)
    assert run.name == path.stem and len(run.seeds) >= 3 and set(run.split) <= set(splits.SETTINGS)


def test_broken_config_is_one_sentence(tmp_path):
    (tmp_path / "c.toml").write_text('data = "sim"\nspeed = 3\n')
    with pytest.raises(Refused, match="unknown setting speed; allowed are data"):
        configs.read(tmp_path / "c.toml")
    (tmp_path / "c.toml").write_text("data = ")
    with pytest.raises(Refused, match="is not TOML"):
        configs.read(tmp_path / "c.toml")


def fit(number, found, tmp_path, seed=1, **settings):
    rung = {rung.number: rung for rung in discover()[0]}[number]
    folder = tmp_path / number
    folder.mkdir(exist_ok=True)
    split = splits.make(found, {**SPLIT, "keep_negatives": 0.5})
    config = Config(folder, "demo", "cpu", 1, settings_of(rung, "demo", settings))
    fitted = rung.fit(found, split, seed, config, lambda text: None)
    return metrics.auc(fitted.logits(split.test), found.y[split.test]), fitted, split


QUICK = {"1": {"c": [0.1, 1.0]}, "2": {"rounds": 40, "patience": 10}, "3": {"rounds": 40, "folds": 2, "forest_trees": 20},
         "4": {"decide": 8, "attend": 8, "steps": 2, "epochs": 6, "pretrain_epochs": 1, "pretrain_rows": 1000, "batch": 256},
         "4r": {"decide": 8, "attend": 8, "steps": 2, "epochs": 4, "pretrain_epochs": 1, "pretrain_rows": 1000, "batch": 256, "ghost": 128},
         "4t": {"members": 8, "width": 64, "epochs": 10, "bins": 6}, "5": {"width": 16, "heads": 2, "epochs": 4, "bins": 6, "batch": 128}}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("number", list(QUICK))
def test_rung_finds_the_signal(number, found, tmp_path):
    rung = {rung.number: rung for rung in discover()[0]}[number]
    if rung.missing(found):
        pytest.skip(f"it needs {', '.join(rung.missing(found))}")
    auc, _, _ = fit(number, found, tmp_path, **QUICK[number])
    assert auc > (0.65 if number.startswith("4") else 0.75)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("number", ["4", "4r", "4t", "5"])
def test_network_learns_from_a_table_that_is_smaller_than_its_batches(number, found, tmp_path):
    rung = {rung.number: rung for rung in discover()[0]}[number]
    if rung.missing(found):
        pytest.skip(f"it needs {', '.join(rung.missing(found))}")
    split = splits.make(found, SPLIT)
    small = replace(split, train=split.train[::4][:500], unlabelled=split.unlabelled[:500])
    settings = settings_of(rung, "demo", {})
    fitted = rung.fit(found, small, 1, Config(tmp_path, "demo", "cpu", 1, settings), lambda text: None)
    assert settings["batch"] >= 500 and metrics.auc(fitted.logits(split.test), found.y[split.test]) > 0.65


def test_boosting_without_lightgbm_says_so(found, tmp_path, monkeypatch):
    monkeypatch.setattr(wheels, "offer", lambda name: False)
    auc, fitted, _ = fit("2", found, tmp_path, rounds=40)
    assert auc > 0.75 and "LightGBM is missing" in fitted.notes["package"]


def test_network_that_was_stopped_ends_like_one_that_was_not(found, tmp_path):
    settings = {**QUICK["5"], "epochs": 3}
    _, whole, split = fit("5", found, tmp_path / "..", **settings)
    import loop
    kept, real = [], loop.save

    def stopping(path, state):
        real(path, state)
        kept.append(path)
        if len(kept) == 2:
            raise KeyboardInterrupt

    loop.save = stopping
    try:
        with pytest.raises(KeyboardInterrupt):
            fit("5", found, tmp_path, **settings)
    finally:
        loop.save = real
    _, resumed, _ = fit("5", found, tmp_path, **settings)
    assert len(resumed.history) == 3 and np.allclose(resumed.logits(split.test), whole.logits(split.test), atol=1e-5)


def with_words(tmp_path):
    """Companies whose documents hold token 20 when they are bad; features are noise."""
    found = datasets.read_export(write_v2(tmp_path / "v2", companies=240, months=36))
    random = np.random.default_rng(4)
    bad = random.random(240) < 0.3
    start = np.arange(0, 241 * 6, 6)
    tokens = random.integers(21, 29, 240 * 6).astype(np.uint16)
    tokens[start[:-1][bad]] = 20
    texts = replace(found.texts, document=found.group.astype(np.int32), start=start, token_id=tokens,
                    token_tag=np.zeros(len(tokens), np.uint8))
    y = (random.random(len(found)) < np.where(bad[found.group], 0.4, 0.1)).astype(np.int8)
    return replace(found, texts=texts, y=y, x=random.normal(size=found.x.shape).astype(np.float32))


def test_rival_reads_the_words(tmp_path):
    found = with_words(tmp_path)
    auc, fitted, _ = fit("2b", found, tmp_path, rounds=60)
    assert auc > 0.6 and fit("2", found, tmp_path, rounds=60)[0] < 0.56


def test_text_score_of_a_training_row_has_not_seen_its_company(tmp_path, monkeypatch):
    found = with_words(tmp_path)
    unique = np.arange(len(found.texts.token_id)) // 6 + 100                             # every company has a word of its own
    found = replace(found, texts=replace(found.texts, token_id=unique.astype(np.uint16), vocabulary=400))
    split = splits.make(found, SPLIT)
    score = tfidf.Score(found, split, 1, c=[10.0], min_documents=1)
    whole, score.told = score.of(split.test), {}
    monkeypatch.setattr(tfidf, "ROWS", 7)
    assert np.array_equal(score.of(split.test), whole)                                   # in parts, and in order
    assert metrics.auc(score.of(split.train), found.y[split.train]) < 0.55              # memory of a company would say 0.65
