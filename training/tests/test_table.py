import gzip

import numpy as np
import pandas as pd
import pytest

import fits
import run_ladder
import table
import train
from dataset import Refused


@pytest.fixture
def frame():
    random = np.random.default_rng(0)
    return pd.DataFrame({
        "amount": random.normal(size=60).round(3), "branch": random.choice(["a", "b", "c"], 60), "code": random.integers(0, 3, 60),
        "remarks": ["some words"] * 60, "opened": pd.date_range("2020-01-01", periods=60).astype(str),
        "customer": random.integers(0, 20, 60), "outcome": ["no"] * 50 + ["yes"] * 10})


def read(frame, tmp_path, **settings):
    path = tmp_path / "t.csv"
    frame.to_csv(path, index=False)
    opened = {"time": "opened"} if "opened" in frame and "opened" not in settings.get("ignore", []) else {}
    return table.read({"file": str(path), "label": "outcome", **opened, **settings})


def written(tmp_path, text, name="t.csv", **settings):
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return table.read({"file": str(tmp_path / name), "label": "y", **settings})


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
    assert (np.array_equal(ours.x, theirs.x, equal_nan=True) and np.array_equal(ours.categorical, theirs.categorical)
            and np.array_equal(ours.y, theirs.y))


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
    ("t.csv", "", "cannot be read as a table"), ("t.csv", "a,b\n", "has a head and no rows"),
    ("t.csv", 'a,b\n1,2\n3,4,5,6\n"', "line 3 has 4 values"),
    ("t.csv", "a,b\n1,2\n3\n", "line 3 has 1 values; the head names 2 columns"),
    ("t.csv", 'a,b\n1,2\n3,"4\n', "line 3: unexpected end of data"),
    ("t.csv", "a,b\n1,2,3\n1,2,3\n", "line 2 has 3 values"), ("t.csv", "a;b\n1;2\n", "it is separated by semicolons; write it with commas"),
    ("t.csv", "a\tb\n1\t2\n", "it is separated by tabs"), ("t.csv", "b,a,a\n1,2,3\n", "has two columns named a"),
    ("t.csv", "b,a, a\n1,2,3\n", "has two columns named a"),
    ("t.csv", "b,,a\n1,2,3\n", "column 2 has no name"), ("t.csv", "a,b\n1,\x00\n", "cannot be read as a table: line 2 holds a zero byte"),
    ("t.csv.gz", "no gzip", "cannot be read as a table"),
    ("t.arff", "@attribute a numeric\n@attribute a numeric\n@data\n1,2\n", "has two columns named a"),
    ("t.arff", "@attribute a numeric\n@attribute b {x,y}\n@data\n1,z\n", "data row 1: attribute b has no value 'z'; declared are x, y"),
    ("t.arff", "@attribute a numeric\n@attribute b {x,y}\n@data\nfew,x\n", "data row 1: attribute a is numeric but holds 'few'"),
    ("t.arff", "@attribute a numeric\n@attribute b {x,y}\n@data\n1,'x\n", "line 4 has a quote that does not close"),
    ("t.arff", "@attribute a relational\n@data\n1\n", "attribute a is of type relational"),
    ("t.arff", "@attribute a\n@data\n1\n", "is not an attribute"),
    ("t.arff", "@attribute a numeric\n@data\n{0 1}\n", "has sparse rows"),
    ("t.arff", "no arff at all", "is not an ARFF file"),
    ("t.arff", "@attribute a numeric\n@attribute b numeric\n@data\n1,2\n3\n", "data row 2 has 1 values; there are 2 attributes")])
def test_broken_table_is_one_sentence(tmp_path, name, text, words):
    (tmp_path / name).write_text(text)
    with pytest.raises(Refused, match=words):
        table.read({"file": str(tmp_path / name), "label": "b"})


def test_table_of_another_encoding_is_one_sentence(tmp_path):
    with pytest.raises(Refused, match=r"it is not UTF-8 \(byte \d+\); save it as UTF-8"):
        written(tmp_path, "a,y\n中文,1\n".encode("gbk"))


def test_file_that_was_cut_off_is_refused(tmp_path):
    whole = gzip.compress("a,y\n".encode() + b"".join(b"%d,%d\n" % (i * 7919 % 1000, i % 2) for i in range(4000)))
    with pytest.raises(Refused, match="cannot be read as a table"):
        written(tmp_path, whole[: len(whole) // 2], "t.csv.gz")


def test_byte_order_mark_quotes_and_blanks_are_read(tmp_path):
    found = written(tmp_path, '\ufeff"a, b", y\n"1", 0\n\n2, 1\n3, 0\n')
    assert found.names == ["a, b"] and found.x[:, 0].tolist() == [1, 2, 3] and found.y.tolist() == [0, 1, 0]


def test_arff_quotes_missing_values_and_comments(tmp_path):
    found = written(tmp_path, "%c\n@RELATION r\n@ATTRIBUTE 'the amount' REAL\n@attribute\tkind\t{'a b', \"c'd\", e}\n"
                    "@attribute when date 'yyyy-MM-dd'\n@attribute y {no,yes}\n@DATA\n?, 'a b', '2020-01-01', no\n%c\n"
                    "2.5,\"c'd\",2020-01-02,yes\n1e3, ?,2020-01-03,no\n", "t.arff", time="when")
    assert found.names == ["the amount"] and np.array_equal(found.x[:, 0], [np.nan, 2.5, 1000], equal_nan=True)
    assert found.categorical.tolist() == [[0], [1], [2]] and found.categories == [3] and found.y.tolist() == [0, 1, 0]
    assert np.diff(found.time).tolist() == [86_400] * 2


@pytest.mark.parametrize(("values", "one"), [
    (["0", "1", "1"], [0, 1, 1]), (["0.0", "1.0", "1.0"], [0, 1, 1]), (["-1", "1", "1"], [0, 1, 1]),
    (["True", "False", "True"], [1, 0, 1]), (["good", "bad", "good"], [0, 1, 0]), (["2", "1", "1"], [1, 0, 0])])
def test_label_that_is_not_0_and_1(tmp_path, values, one):
    assert written(tmp_path, "a,y\n" + "".join(f"{i},{v}\n" for i, v in enumerate(values))).y.tolist() == one


def test_label_of_two_values_as_frequent_is_asked_about(tmp_path):
    text = "a,y\n1,good\n2,bad\n"
    with pytest.raises(Refused, match="label y is as often .* say which is predicted with --positive VALUE"):
        written(tmp_path, text)
    assert written(tmp_path, text, positive="good").y.tolist() == [1, 0]


@pytest.mark.parametrize(("values", "words"), [
    ((2020, 2021, ""), "is missing in 1 rows"),
    (("03/04/2020", "05/06/2020", "07/08/2020"), "may be a day of either month; write dates as YYYY-MM-DD"),
    (("13/04/2020", "04/13/2020", "01/01/2020"), "other rows have the month in either place"),
    ((1.6e12, 1.6e12, 1.7e12), "is not unix seconds of 1900 to 2100"),
    ((20201301, 20200101, 20200102), "is not a date in 1 rows, e.g. 20201301"), ((0.5, 1.5, 2), "a number with a fraction"),
    (("2020-02-30", "2020-01-01", "2020-01-02"), "is not a date in 1 rows")])
def test_time_that_could_be_read_wrongly_is_refused(tmp_path, values, words):
    with pytest.raises(Refused, match=words):
        written(tmp_path, "a,t,y\n" + "".join(f"{i},{v},{int(i == 1)}\n" for i, v in enumerate(values)), time="t")


@pytest.mark.parametrize("values", [
    ("2020-01-01", "2021-01-01"), ("2020", "2021"), ("20200101", "20210101"), ("1577836800", "1609459200"),
    ("1577836800.0", "1609459200.0"), ("01/01/2020 00:00", "01/01/2021 00:00")])
def test_time_in_its_ways_of_writing(tmp_path, values):
    more = ["13/01/2021 00:00"] if "/" in values[0] else [values[1]]
    found = written(tmp_path, "a,t,y\n" + "".join(f"{i},{v},{int(i == 1)}\n" for i, v in enumerate([*values, *more])), time="t")
    assert found.time[:2].tolist() == [1_577_836_800, 1_609_459_200]


def test_group_without_a_value_is_counted(tmp_path):
    with pytest.raises(Refused, match="group g is missing in 1 rows"):
        written(tmp_path, "a,g,y\n1,x,0\n2,,1\n3,x,0\n", group="g")


def test_number_column_with_a_few_words_is_asked_about(tmp_path):
    text = "a,y\n" + "".join(f"{'unknown' if i == 7 else i},{int(i < 3)}\n" for i in range(30))
    with pytest.raises(Refused, match="column a holds numbers, but 'unknown' in 1 rows is none"):
        written(tmp_path, text)
    assert written(tmp_path, text, categorical=["a"]).categorical_names == ["a"]


def test_column_of_names_is_no_category(tmp_path):
    text = "a,name,y\n" + "".join(f"{i},n{i},{int(i < 3)}\n" for i in range(30))
    with pytest.raises(Refused, match="column name has another value in every row, e.g. 'n0'; "
                                      "name it with --text or --time, or leave it out with --ignore name"):
        written(tmp_path, text)
    assert written(tmp_path, text, ignore=["name"]).categorical is None


def test_huge_categorical_keeps_its_frequent_values(tmp_path):
    random = np.random.default_rng(0)
    codes = np.r_[random.integers(0, 50, 3000), np.arange(1000, 4000)]
    found = written(tmp_path, "a,branch,y\n" + "".join(f"{i},b{c},{i % 7 == 0:d}\n" for i, c in enumerate(codes)))
    assert (found.categories == [table.MOST_CODES + 1] and (found.categorical[:3000, 0] < 50).all()
            and (found.categorical[3000:, 0] == table.MOST_CODES).mean() > 0.9)


def test_time_needs_dates_to_cut_and_dates_need_time(frame, tmp_path):
    import config as configs
    import sets
    frame.assign(outcome=["no", "yes", "no"] * 20).to_csv(tmp_path / "t.csv", index=False)
    run = configs.Run("table", table={"file": str(tmp_path / "t.csv"), "label": "outcome", "time": "opened"})
    with pytest.raises(Refused, match=r"ahead \(365 here\).* No dates are suggested"):
        sets.load(run, lambda text: None)
    run.split = {"embargo_days": 5}
    frame.to_csv(tmp_path / "late.csv", index=False)            # those with 1 are the last: no slices would have both labels
    late = configs.Run("table", table={"file": str(tmp_path / "late.csv"), "label": "outcome", "time": "opened"}, split={"embargo_days": 5})
    with pytest.raises(Refused, match="No dates are suggested: of 2020-01-01 to 2020-02-29, cut as usual, some slice has no row or only one"):
        sets.load(late, lambda text: None)
    with pytest.raises(Refused, match="e.g. --valid-from") as told:
        sets.load(run, lambda text: None)
    words = str(told.value).replace(".", " ").split()
    dates = {name: words[words.index("--" + name.replace("_", "-")) + 1] for name in ("valid_from", "calibrate_from", "test_from")}
    run.split.update(dates)
    split = sets.load(run, lambda text: None)[1]                # what it says can be done
    assert all(len(rows) for rows in split.parts().values()) and split.about["embargo_days"] == 5
    run.split["embargo_days"] = -5
    with pytest.raises(Refused, match="embargo_days is -5; allowed is a whole number from 0 on"):       # it would reach into the test
        sets.load(run, lambda text: None)
    run = configs.Run("table", table={"file": str(tmp_path / "t.csv"), "label": "outcome", "ignore": ["opened"]},
                      split={"valid_from": "2020-01-05"})
    with pytest.raises(Refused, match="the table has no time"):
        sets.load(run, lambda text: None)


def test_changed_table_is_another_data_set(frame, tmp_path):
    import split as splits
    marks = []
    for change in ({}, {"remarks": "other words"}, {"branch": "z"}):
        for name, value in change.items():
            frame.loc[5, name] = value
        found = read(frame, tmp_path, text="remarks")
        marks.append(fits.fingerprint(found, splits.Split(*[np.arange(60)] * 5)))
    assert len(set(marks)) == 3


def test_table_named_like_a_data_set_does_not_take_its_place():
    import config as configs
    assert (configs.Run("table", table={"file": "x/sim.csv.gz"}).name == "table-sim-demo"
            and configs.Run("table", table={"file": "credit.csv.gz"}).name == "credit-demo")


def test_command_says_one_sentence_and_exits_with_2(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("a,b\n1,0\n2,0\n")
    assert train.other("run_ladder", ["--table", str(tmp_path / "t.csv"), "--label", "b"]) == 2
    assert capsys.readouterr().err.startswith("error: label b has 1 values (0)")
    assert train.other("run_ladder", ["--table", str(tmp_path / "none.csv"), "--label", "b"]) == 2


def test_all_missing_number_of_training_rows_only_does_not_become_a_number(frame, tmp_path):
    from inputs import Inputs
    found = read(frame, tmp_path)
    found.x[:40, 0] = np.nan
    assert np.isfinite(Inputs(found, np.arange(40)).numeric(np.arange(60))).all()


def test_flags_win_over_a_config_file(tmp_path):
    import argparse
    (tmp_path / "c.toml").write_text('data = "table"\nseeds = [1]\n[table]\nfile = "x.csv"\nlabel = "a"\n')
    a = run_ladder.arguments(argparse.ArgumentParser()).parse_args(
        ["--config", str(tmp_path / "c.toml"), "--label", "b", "--text", "c,d", "--seeds", "4,5"])
    run = run_ladder.of_arguments(a)
    assert run.table == {"file": "x.csv", "label": "b", "text": ["c", "d"]} and run.seeds == [4, 5] and run.name == "x-demo"
