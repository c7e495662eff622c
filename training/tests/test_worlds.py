"""Worlds to learn from, to be tested in, and to be read without labels; and what makes a finished fit stale."""

from dataclasses import replace

import numpy as np
import pytest

import config as configs
import data as datasets
import run_ladder
import sets
import split as splits
from dataset import DAY, Refused, seconds
from inputs import folds
from ladder.rungs import Fitted, Rung
from test_ladder import SPLIT, found, small_run, with_words      # noqa: F401 (found is a fixture)


def test_worlds_are_learned_from_and_tested_in(found):
    both = datasets.join([found, found])
    split = splits.make(both, {**SPLIT, "test_from": "2020-06-01"})
    assert (both.world[split.train] == 0).all() and (both.world[split.calibrate] == 0).all() and (both.world[split.test] == 1).all()
    assert (both.world[split.unlabelled] == 0).all() and both.time[split.test].min() >= seconds("2020-06-01")


def test_further_worlds_are_read_without_labels(found):
    far = replace(found, y=np.zeros_like(found.y), known=np.zeros_like(found.known), oracle=None)
    near = replace(found, oracle={"observable": np.full(len(found), 0.5)})
    two, three = datasets.join([near, near]), datasets.join([near, near, far])
    settings = {**SPLIT, "test_from": "2020-06-01"}
    before, split = splits.make(two, settings), splits.make(three, settings)
    assert all(np.array_equal(getattr(before, name), getattr(split, name))
               for name in ("train", "valid", "calibrate", "test", "unlabelled"))
    assert (len(before.strangers) == 0 and (three.world[split.strangers] == 2).all()
            and three.time[split.strangers].max() < seconds(SPLIT["valid_from"]))
    assert np.isnan(three.oracle["observable"][three.world == 2]).all() and not np.isnan(three.oracle["observable"][split.test]).any()
    a, b = run_ladder.prints(two, before), run_ladder.prints(three, split)
    assert a["strangers"] is None and b["strangers"] and (a["data"], a["texts"]) == (b["data"], b["texts"])


@pytest.mark.parametrize(("change", "words"), [
    ({2: {"years": 3}}, r"number 3 is of 2021 to 2023; it has to reach valid_from \(2024-04-01\), up to where futures are read"),
    ({2: {"first_year": 2025}}, "number 3 is of 2025 to 2028; it has to reach valid_from"),
    ({0: {"years": 3}}, "number 1 is of 2021 to 2023; it has to reach calibrate_from"),
    ({1: {"years": 1}}, "number 2 is of 2021 to 2021; it has to reach test_from"),
    ({1: {"seed": 1}}, r"seeds of \[\[worlds\]\] are \[1, 1, 3\]"),
    ({0: {"companies": -5}}, "number 1: companies is -5; it has to be a whole number from 1 on"),
    ({2: {"companies": "many"}}, "companies is 'many'"),
    ({1: {"sead": 3}}, "number 2: unknown setting sead; allowed are companies, years, seed, first_year, world")])
def test_worlds_are_checked_before_the_first_is_made(change, words, monkeypatch):
    monkeypatch.setattr(sets, "program", None)
    run = configs.of("sim", "demo")
    run.worlds = [{"companies": 10, "years": 5, "seed": i + 1} | change.get(i, {})
                  | ({"years": 4} if 2 in change and i == 2 and "years" not in change[2] else {}) for i in range(3)]
    with pytest.raises(Refused, match=words):
        sets.load(run, print)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_two_to_six_worlds(count):
    run = configs.of("sim", "demo")
    run.worlds = [{"companies": 10, "years": 5, "seed": i} for i in range(count)]
    with pytest.raises(Refused, match=f"takes up to 4 more that are read without labels; the file has {count}"):
        sets.load(run, print)
    run.worlds, run.split = [{}] * 2, {"valid_from": "2024-13-01"}
    with pytest.raises(Refused, match="'2024-13-01' is no day; write one like"):
        sets.load(run, print)
    run.split = {"valid_from": "2024-04-01"}
    with pytest.raises(Refused, match="has no calibrate_from"):
        sets.load(run, print)


def test_nothing_is_made_for_a_table_of_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(sets, "load", None)
    with pytest.raises(Refused, match="nothing is finished in"):
        run_ladder.run_all(configs.of("sim", "demo"), "", tmp_path, tmp_path, print, fit=False)
    run = configs.of("sim", "demo")
    run.rung = {"9": {"blend_": 1}}
    with pytest.raises(Refused, match=r"\[rung.9\] has no setting blend_"):
        run_ladder.run_all(run, "", tmp_path, tmp_path, print)


def test_changed_texts_leave_their_print(tmp_path):
    found = with_words(tmp_path)
    split = splits.make(found, SPLIT)
    before = run_ladder.prints(found, split)
    token = found.texts.token_id.copy()
    token[found.texts.start[found.texts.document[split.train].max()]] += 1
    after = run_ladder.prints(replace(found, texts=replace(found.texts, token_id=token)), split)
    assert after["data"] == before["data"] and after["texts"] != before["texts"]


class InFolders(Rung):
    """Leaves its checkpoint in a folder of its own, as rung 8 does."""

    number, name, reads_strangers = "8", "in folders", True
    fits = 0

    def fit(self, data, split, seed, config, say):
        self.fits += 1
        assert not (config.folder / "half" / "checkpoint").exists()
        (config.folder / "half").mkdir(exist_ok=True)
        (config.folder / "half" / "checkpoint").write_text("trained")
        return Fitted(lambda rows: np.zeros(len(rows)))


def test_other_data_begin_anew_whatever_the_folder_holds(found, tmp_path):
    rung, run = InFolders(), small_run()
    split = splits.make(found, SPLIT)
    prints = {"data": "a", "texts": "b", "strangers": "c"}
    climb = lambda prints: run_ladder.climb(rung, 1, found, split, run, "cpu", prints, tmp_path / "8-1", lambda text: None)
    climb(prints)
    climb({**prints, "texts": "other"})                        # which this rung does not read
    assert rung.fits == 1
    climb({**prints, "strangers": "other"})
    assert rung.fits == 2


def test_strangers_leave_their_print(tmp_path):
    found = with_words(tmp_path)
    three = datasets.join([found, found, replace(found, y=np.zeros_like(found.y), known=np.zeros_like(found.known))])
    split = splits.make(three, {**SPLIT, "test_from": "2020-06-01"})
    before, row = run_ladder.prints(three, split), split.strangers[0]
    x, document = np.array(three.x), three.texts.document.copy()
    x[row] += 1
    document[row] = document[split.strangers[-1]]
    for changed in (replace(three, x=x), replace(three, texts=replace(three.texts, document=document))):
        after = run_ladder.prints(changed, split)
        assert after["strangers"] != before["strangers"] and (after["data"], after["texts"]) == (before["data"], before["texts"])


def test_companies_are_dealt_alike_beside_strangers(found):
    two, three = datasets.join([found, found]), datasets.join([found, found, found])
    here = np.flatnonzero(three.world < 2)
    assert np.array_equal(folds(two, here, 5, 1), folds(three, here, 5, 1))
    assert (np.array_equal(splits.held_out(two, 0.4), splits.held_out(three, 0.4)[here])
            and not splits.held_out(three, 0.4)[three.world == 2].any())


def test_a_world_without_labels_is_simulated_without_its_truth(found, tmp_path, monkeypatch):
    said, commands = [], []
    monkeypatch.setattr(sets, "program", lambda *words, say: commands.append(words))
    monkeypatch.setattr(sets, "stamp", lambda *_: None)
    monkeypatch.setattr(sets, "export", lambda *_, **__: found)
    run = configs.Run("sim", worlds=[{"companies": 10, "years": 2, "seed": seed, "first_year": 2020} for seed in (1, 2, 3)],
                      split={**SPLIT, "test_from": "2020-06-01"})
    world = sets.world(run, 2, sets.checked(run)[2], tmp_path, said.append)
    assert "--truth" not in commands[0] and not world.known.any() and not world.y.any() and world.time.max() < seconds(SPLIT["valid_from"])
    assert said[-1].startswith("read without labels:")
    monkeypatch.setattr(sets, "export", lambda *_, **__: replace(found, time=found.time + 9 * 365 * DAY))    # an export of something else
    with pytest.raises(Refused, match=r"number 3 has no rows that the split can use; it is of 2020 to 2021"):
        sets.world(run, 2, sets.checked(run)[2], tmp_path, said.append)
