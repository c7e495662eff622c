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

import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from data import Data
from dataset import Refused

SETTINGS = {"file": None, "label": None, "positive": None, "time": None, "group": None, "categorical": [], "text": [], "numeric": [], "ignore": []}
MISSING = {"?", "", "NA", "N/A", "nan", "NaN", "null", "None"}
MOST_CODES = 200        # of a categorical field; rarer values share the last code


def read(settings: dict) -> Data:
    """The table as Data; whatever cannot be trained on is refused with the column's name."""
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise Refused(f"[table] has no setting {unknown[0]}; allowed are {', '.join(SETTINGS)}")
    s = {**SETTINGS, **settings}
    frame = frame_of(Path(s["file"] or ""))
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
        about={"source": str(s["file"]), "target": f"{s['label']} is {words}", "horizon_days": None, "at": "row", "catalogue": None})


def frame_of(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise Refused(f"{path} is not a file")
    try:
        frame = arff(path) if path.suffix.lower() == ".arff" else pd.read_csv(path, na_values=sorted(MISSING), keep_default_na=True, skipinitialspace=True)
    except Refused:
        raise
    except (ValueError, UnicodeDecodeError, OSError, EOFError) as broken:
        raise Refused(f"{path} cannot be read as a table: {' '.join(str(broken).split())}") from None
    if len(frame) == 0:
        raise Refused(f"{path} has a head and no rows")
    if frame.columns.duplicated().any():
        raise Refused(f"{path} has two columns named {frame.columns[frame.columns.duplicated()][0]}")
    return frame


def arff(path: Path) -> pd.DataFrame:
    """Weka's format: @attribute lines, then comma-separated @data. Sparse rows are refused."""
    import io
    names, kinds, body = [], [], None
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        line = line.strip()
        if line.lower().startswith("@attribute"):
            rest = line[len("@attribute"):].strip()
            quote = rest[:1] if rest[:1] in "'\"" else None
            name, _, kind = rest[1:].partition(quote) if quote else rest.partition(" ") if " " in rest else rest.partition("\t")
            names.append(name.strip())
            kinds.append(kind.strip().lower())
        elif line.lower().startswith("@data"):
            body = [row for row in lines[number + 1:] if row.strip() and not row.lstrip().startswith("%")]
            break
    if body is None or not names:
        raise Refused(f"{path} is not an ARFF file: it has no @attribute or no @data")
    if body and body[0].lstrip().startswith("{"):
        raise Refused(f"{path} has sparse rows; write it as dense ARFF or CSV")
    wrong = next((i for i, row in enumerate(body) if "'" not in row and '"' not in row and row.count(",") != len(names) - 1), None)
    if wrong is not None:
        raise Refused(f"{path}: data row {wrong + 1} has {body[wrong].count(',') + 1} values; there are {len(names)} attributes")
    quote = '"' if any('"' in row for row in body) else "'"
    frame = pd.read_csv(io.StringIO("\n".join(body)), header=None, names=names, na_values=sorted(MISSING), quotechar=quote, skipinitialspace=True)
    for name, kind in zip(names, kinds):
        if kind.startswith("{"):
            frame[name] = frame[name].where(frame[name].isna(), frame[name].astype(str))
    return frame


def labels(column: pd.Series, positive) -> tuple[np.ndarray, str]:
    if column.isna().any():
        raise Refused(f"label {column.name} is missing in {int(column.isna().sum())} rows; fill it or take them out")
    words = column.astype(str).str.strip()
    counts = words.value_counts()
    if len(counts) != 2:
        found = ", ".join(map(str, counts.index[:5]))
        raise Refused(f"label {column.name} has {len(counts)} values ({found}{', …' if len(counts) > 5 else ''}); two are needed: "
                      + ("one class cannot be learned" if len(counts) == 1 else "name another column"))
    if positive is not None and str(positive) not in counts.index:
        raise Refused(f"--positive {positive}: label {column.name} has only {', '.join(counts.index)}")
    if positive is None:
        positive = "1" if set(counts.index) == {"0", "1"} else counts.index[-1]
    return (words == str(positive)).to_numpy(np.int8), str(positive)


def times(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(column) and column.notna().all():
        return column.to_numpy(np.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = pd.to_datetime(column, errors="coerce", utc=True)
    if found.isna().any():
        bad = column[found.isna()].iloc[0]
        raise Refused(f"time {column.name} is not a date in {int(found.isna().sum())} rows, e.g. {bad!r}")
    return (found.astype("int64") // 1_000_000_000).to_numpy()


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
