import numpy as np
import pandas as pd
import pytest

import run_ladder
import table
import train
from dataset import Refused


@pytest.fixture
def frame():
    random = np.random.default_rng(0)
    return pd.DataFrame({
        "amount": random.normal(size=60).round(3), "branch": random.choice(["a", "b", "c"], 60), "code": random.integers(0, 3, 60),
        "remarks": ["some words"] * 60, "opened": pd.date_range("2020-01-01", periods=60).astype(str), "customer": random.integers(0, 20, 60),
        "outcome": ["no"] * 50 + ["yes"] * 10})


def read(frame, tmp_path, **settings):
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    return table.read({"file": str(path), "label": "outcome", **settings})


def test_columns_get_their_roles(frame, tmp_path):
    frame.loc[3, "amount"], frame.loc[4, "branch"] = np.nan, None
    found = read(frame, tmp_path, time="opened", group="customer", text="remarks", categorical=["code"])
    assert found.names == ["amount"] and np.isnan(found.x[3, 0]) and found.categorical_names == ["branch", "code"]
    assert found.categories == [4, 4] and found.categorical[4, 0] == 3          # the last code: missing
    assert found.y.sum() == 10 and found.time[1] - found.time[0] == 86_400 and found.group.max() < 20
    assert found.raw_text(np.array([1, 2])) == ["some words"] * 2 and found.has == {"text", "categorical"}


def test_arff_says_the_same_as_csv(frame, tmp_path):
    small = frame[["amount", "branch", "outcome"]].copy()
    small.loc[3, "amount"] = np.nan
    path = tmp_path / "t.arff"
    path.write_text("% made up\n@relation t\n@attribute amount numeric\n@attribute 'branch' {a,b,c}\n@attribute outcome {yes,no}\n@data\n"
                    + "\n".join(f"{'?' if np.isnan(a) else a},{b},{o}" for a, b, o in small.values) + "\n")
    ours, theirs = table.read({"file": str(path), "label": "outcome"}), read(small, tmp_path)
    assert np.array_equal(ours.x, theirs.x, equal_nan=True) and np.array_equal(ours.categorical, theirs.categorical) and np.array_equal(ours.y, theirs.y)


def refusal(*arguments, **settings) -> str:
    with pytest.raises(Refused) as refused:
        read(*arguments, **settings)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_missing_column_is_named_with_what_there_is(frame, tmp_path):
    assert "has no column default (label); it has amount, branch" in refusal(frame, tmp_path, label="default")


def test_column_without_a_value_is_refused(frame, tmp_path):
    frame["empty"] = np.nan
    assert refusal(frame, tmp_path) == "column empty has no value in any row; leave it out with --ignore empty"
    assert read(frame, tmp_path, ignore=["empty"]).names == ["amount", "code", "customer"]


def test_label_of_one_class_is_refused(frame, tmp_path):
    frame["outcome"] = "no"
    assert "label outcome has 1 values (no); two are needed: one class cannot be learned" == refusal(frame, tmp_path)


def test_label_of_many_classes_is_refused(frame, tmp_path):
    assert "two are needed: name another column" in refusal(frame, tmp_path, label="amount")


def test_missing_label_is_counted(frame, tmp_path):
    frame.loc[:2, "outcome"] = None
    assert "label outcome is missing in 3 rows" in refusal(frame, tmp_path)


def test_time_that_is_no_date_is_shown(frame, tmp_path):
    frame.loc[5, "opened"] = "soon"
    assert "time opened is not a date in 1 rows, e.g. 'soon'" == refusal(frame, tmp_path, time="opened")


def test_word_in_a_numeric_column_is_shown(frame, tmp_path):
    assert "column branch is numeric but holds" in refusal(frame, tmp_path, numeric=["branch"])


@pytest.mark.parametrize(("name", "text", "words"), [
    ("t.csv", "", "cannot be read as a table"), ("t.csv", "a,b\n", "has a head and no rows"), ("t.csv", 'a,b\n1,2\n3,4,5,6\n"', "cannot be read as a table"),
    ("t.arff", "no arff at all", "is not an ARFF file"), ("t.arff", "@attribute a numeric\n@attribute b numeric\n@data\n1,2\n3\n", "data row 2 has 1 values; there are 2 attributes")])
def test_broken_table_is_one_sentence(tmp_path, name, text, words):
    (tmp_path / name).write_text(text)
    with pytest.raises(Refused, match=words):
        table.read({"file": str(tmp_path / name), "label": "b"})


def test_command_says_one_sentence_and_exits_with_1(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("a,b\n1,0\n2,0\n")
    assert train.other("run_ladder", ["--table", str(tmp_path / "t.csv"), "--label", "b"]) == 1
    assert capsys.readouterr().err.startswith("error: label b has 1 values (0)")
    assert train.other("run_ladder", ["--table", str(tmp_path / "none.csv"), "--label", "b"]) == 1


def test_all_missing_number_of_training_rows_only_does_not_become_a_number(frame, tmp_path):
    from inputs import Inputs
    found = read(frame, tmp_path)
    found.x[:40, 0] = np.nan
    assert np.isfinite(Inputs(found, np.arange(40)).numeric(np.arange(60))).all()


def test_flags_win_over_a_config_file(tmp_path):
    import argparse
    (tmp_path / "c.toml").write_text('data = "table"\nseeds = [1]\n[table]\nfile = "x.csv"\nlabel = "a"\n')
    a = run_ladder.arguments(argparse.ArgumentParser()).parse_args(["--config", str(tmp_path / "c.toml"), "--label", "b", "--text", "c,d", "--seeds", "4,5"])
    run = run_ladder.of_arguments(a)
    assert run.table == {"file": "x.csv", "label": "b", "text": ["c", "d"]} and run.seeds == [4, 5] and run.name == "x-demo"
