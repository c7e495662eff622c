"""
Any table as a data set: CSV (gzip too) or ARFF, and what each column is.

    ./jianwei train --ladder --table credit.csv --label default --time opened --group customer --text remarks --rungs 1,2,5

    [table]                              # the same in a config file
    file = "credit.csv"
    label = "default"                    # two values; the rarer one is 1 unless positive names it
    positive = "yes"
    time = "opened"                      # a date or unix seconds; without it rows are split by group
    group = "customer"                   # rows of one group are never on both sides; without it every row is its own
    categorical = ["branch"]             # numbers that are codes; columns of words are categorical anyway
    text = ["remarks"]
    numeric = ["balance"]                # left out: whatever else is a number
    ignore = ["id"]
"""

import hashlib
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import table_file
from data import Data
from dataset import Refused

SETTINGS = {"file": None, "label": None, "positive": None, "time": None, "group": None,
            "categorical": [], "text": [], "numeric": [], "ignore": []}
MOST_CODES = 200        # of a categorical field; rarer values share the last code
MOSTLY = 0.8            # a column of which so many values are numbers is meant to be numeric
FEW = 20                # values that may all differ in a categorical field
SECONDS = (-2_208_988_800, 4_102_444_800)       # 1900 to 2100
PLAIN = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}\b")


def read(settings: dict) -> Data:
    """The table as Data; whatever cannot be trained on is refused with the column's name."""
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise Refused(f"[table] has no setting {unknown[0]}; allowed are {', '.join(SETTINGS)}")
    s = {**SETTINGS, **settings}
    frame = table_file.read(Path(s["file"] or ""))
    lists = {name: [s[name]] if isinstance(s[name], str) else list(s[name]) for name in ("categorical", "text", "numeric", "ignore")}
    roles = {}
    for role, names in [("label", [s["label"]]), ("time", [s["time"]]), ("group", [s["group"]]), *lists.items()]:
        for name in filter(None, names):
            if name not in frame:
                raise Refused(f"{s['file']} has no column {name} ({role}); it has {', '.join(map(str, frame.columns[:30]))}")
            if name in roles:
                raise Refused(f"column {name} is named both {roles[name]} and {role}")
            roles[name] = role
    if not s["label"]:
        raise Refused("name the column that is to be predicted: --label COLUMN")
    frame = frame.drop(columns=lists["ignore"])
    y, words = labels(frame[s["label"]], s["positive"])
    if s["group"] and frame[s["group"]].isna().any():
        raise Refused(f"group {s['group']} is missing in {int(frame[s['group']].isna().sum())} rows; fill it or take them out")
    group = np.unique(frame[s["group"]].astype(str), return_inverse=True)[1] if s["group"] else np.arange(len(frame))
    time = times(frame[s["time"]]) if s["time"] else np.zeros(len(frame), np.int64)

    numeric, fields, texts = [], [], []
    for name in frame.columns:
        role = roles.get(name)
        if role in ("label", "time", "group"):
            continue
        column = frame[name]
        if column.isna().all():
            raise Refused(f"column {name} has no value in any row; leave it out with --ignore {name}")
        if role == "text":
            texts.append(name)
        elif role == "categorical" or (role is None and not pd.api.types.is_numeric_dtype(column)):
            check_field(column, role)
            fields.append(name)
        else:
            numeric.append(name)
    if not numeric and not fields and not texts:
        raise Refused(f"{s['file']} has no feature besides label, time and group")
    x = np.stack([numbers(frame[name]) for name in numeric], 1) if numeric else np.zeros((len(frame), 0), np.float32)
    codes = [coded(frame[name]) for name in fields]
    joined = frame[texts].fillna("").astype(str).agg("\n".join, axis=1).to_numpy() if texts else None
    return Data(
        x, numeric, ["table"] * len(numeric), y, np.ones(len(frame), bool), time, group.astype(np.int32),
        categorical=np.stack([c for c, _ in codes], 1) if codes else None, categories=[n for _, n in codes], categorical_names=fields,
        raw_text=(lambda rows: list(joined[rows])) if texts else None,
        about={"source": str(s["file"]), "target": f"{s['label']} is {words}", "horizon_days": None, "at": "row", "catalogue": None,
               "digest": hashlib.sha256(Path(s["file"]).read_bytes()).hexdigest(),      # another file of this name is not gone on with
               "roles": {"numeric": numeric, "categorical": fields, "text": texts, "time": s["time"], "group": s["group"],
                         "ignore": lists["ignore"]}})


def check_field(column: pd.Series, role: str | None) -> None:
    """A column that would be codes by mistake is refused."""
    known = column.dropna()
    number = pd.to_numeric(known, errors="coerce").notna()
    if role is None and number.mean() >= MOSTLY and not number.all():
        raise Refused(f"column {column.name} holds numbers, but {known[~number].iloc[0]!r} in {int((~number).sum())} rows is none; "
                      f"clear it, or name the column with --categorical or --text")
    if role is None and len(known) > FEW and known.nunique() == len(known):
        raise Refused(f"column {column.name} has another value in every row, e.g. {known.iloc[0]!r}; "
                      f"name it with --text or --time, or leave it out with --ignore {column.name}")


def roles(about: dict) -> str:
    """What became of the columns, in a line."""
    found = about["roles"]
    parts = [f"{name}: {', '.join(columns) if isinstance(columns, list) else columns}" for name, columns in found.items() if columns]
    return f"1 is {about['target']}; " + "; ".join(parts)


def labels(column: pd.Series, positive) -> tuple[np.ndarray, str]:
    if column.isna().any():
        raise Refused(f"label {column.name} is missing in {int(column.isna().sum())} rows; fill it or take them out")
    whole = pd.api.types.is_float_dtype(column) and (column == column.round()).all()        # 0.0 and 1.0 are 0 and 1
    words = (column.astype(np.int64) if whole else column).astype(str).str.strip()
    counts = words.value_counts()
    if len(counts) != 2:
        found = ", ".join(map(str, counts.index[:5]))
        raise Refused(f"label {column.name} has {len(counts)} values ({found}{', …' if len(counts) > 5 else ''}); two are needed: "
                      + ("one class cannot be learned" if len(counts) == 1 else "name another column"))
    if positive is not None and str(positive) not in counts.index:
        raise Refused(f"--positive {positive}: label {column.name} has only {', '.join(counts.index)}")
    if positive is None:
        positive = next((yes for no, yes in (("0", "1"), ("-1", "1"), ("False", "True")) if set(counts.index) == {no, yes}), None)
    if positive is None:
        if counts.iloc[0] == counts.iloc[1]:
            raise Refused(f"label {column.name} is as often {counts.index[0]} as {counts.index[1]}: "
                          "say which is predicted with --positive VALUE")
        positive = counts.index[-1]
    return (words == str(positive)).to_numpy(np.int8), str(positive)


def times(column: pd.Series) -> np.ndarray:
    """Unix seconds (N,) of dates, of years, of days written YYYYMMDD, or of unix seconds; whatever could be read in two ways is refused."""
    if column.isna().any():
        raise Refused(f"time {column.name} is missing in {int(column.isna().sum())} rows; fill it or take them out")
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return time_of_numbers(column)
    if not column.map(lambda value: isinstance(value, str)).all():
        raise Refused(f"time {column.name} holds dates of several kinds; write them all as YYYY-MM-DD")
    day_first = days_first(column)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pd.to_datetime(column, errors="coerce", utc=True, dayfirst=day_first)
    if found.isna().any():
        bad = column[found.isna()].iloc[0]
        raise Refused(f"time {column.name} is not a date in {int(found.isna().sum())} rows, e.g. {bad!r}")
    return (found.astype("int64") // 1_000_000_000).to_numpy()


def days_first(column: pd.Series) -> bool:
    """Whether 03/04/2021 is in April; refused where no row says so, or rows disagree."""
    parts = column.str.extract(f"^\\s*{PLAIN.pattern}").dropna().astype(int)
    if not len(parts):
        return False
    first, second = bool((parts[0] > 12).any()), bool((parts[1] > 12).any())
    if first == second:
        raise Refused(f"time {column.name}: {column[parts.index[0]]!r} may be a day of either month"
                      + (", and other rows have the month in either place" if first else "") + "; write dates as YYYY-MM-DD")
    return first


def time_of_numbers(column: pd.Series) -> np.ndarray:
    if not np.isfinite(column.astype(float)).all() or (column != column.round()).any():
        raise Refused(f"time {column.name} is a number with a fraction or without an end, e.g. {column.max()!r}; "
                      "write dates as YYYY-MM-DD or whole unix seconds")
    whole = column.astype(np.int64)
    form = "%Y%m%d" if whole.between(18_000_101, 22_001_231).all() else "%Y" if whole.between(1800, 2200).all() else None
    if form:
        found = pd.to_datetime(whole.astype(str), format=form, errors="coerce", utc=True)
        if found.isna().any():
            raise Refused(f"time {column.name} is not a date in {int(found.isna().sum())} rows, e.g. {int(whole[found.isna()].iloc[0])}")
        return (found.astype("int64") // 1_000_000_000).to_numpy()
    if not whole.between(*SECONDS).all():
        raise Refused(f"time {column.name} holds {int(whole[~whole.between(*SECONDS)].iloc[0])}, which is not unix seconds of 1900 to 2100 "
                      "(milliseconds have three digits more); write dates as YYYY-MM-DD")
    return whole.to_numpy()


def numbers(column: pd.Series) -> np.ndarray:
    found = pd.to_numeric(column, errors="coerce")
    if (found.isna() & column.notna()).any():
        bad = column[found.isna() & column.notna()].iloc[0]
        raise Refused(f"column {column.name} is numeric but holds {bad!r}; name it with --categorical or --text")
    return found.replace([np.inf, -np.inf], np.nan).to_numpy(np.float32)


def coded(column: pd.Series) -> tuple[np.ndarray, int]:
    """Codes from 0 by frequency, and how many there are; the last code is for missing and rare values."""
    common = column.dropna().astype(str).value_counts().index[:MOST_CODES]
    codes = pd.Categorical(column.where(column.isna(), column.astype(str)), categories=common).codes.astype(np.int32)
    return np.where(codes < 0, len(common), codes).astype(np.int32), len(common) + 1
