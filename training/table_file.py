"""
A table file as a frame, checked before anything is guessed: a table that is read one column off trains a wrong model in silence.

CSV: UTF-8, commas, values with commas in "double quotes", one head line; gzip too. Every row has as many values as the head.
ARFF (Weka): dense @data; quotes of both kinds, ? for missing; numeric, string, date and nominal attributes, values as declared.
"""

import csv
import gzip
import re
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from dataset import Refused

MISSING = {"?", "", "NA", "N/A", "nan", "NaN", "null", "None"}
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
UNREADABLE = (ValueError, OSError, EOFError, zlib.error, csv.Error)     # ValueError: not UTF-8, not a table to pandas
NUMERIC = ("numeric", "real", "integer")
VALUE = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"\s][^,]*|))\s*(,|$)""")
ATTRIBUTE = re.compile(r"""@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+))\s+(.+)$""", re.IGNORECASE)

csv.field_size_limit(1 << 30)       # a text may be long


def read(path: Path) -> pd.DataFrame:
    """The frame of a file; whatever is broken is refused in one sentence."""
    if not path.is_file():
        raise Refused(f"{path} is not a file")
    try:
        frame = arff(path) if path.suffix.lower() == ".arff" else comma_separated(path)
    except Refused:
        raise
    except UnicodeDecodeError as broken:
        raise Refused(f"{path} cannot be read as a table: it is not UTF-8 (byte {broken.start}); save it as UTF-8") from None
    except UNREADABLE as broken:
        raise Refused(f"{path} cannot be read as a table: {' '.join(str(broken).split())}") from None
    if len(frame) == 0:
        raise Refused(f"{path} has a head and no rows")
    return frame


def comma_separated(path: Path) -> pd.DataFrame:
    names = check_lines(path)
    return pd.read_csv(path, names=names, header=0, index_col=False, na_values=sorted(MISSING), skipinitialspace=True,
                       low_memory=False, encoding="utf-8-sig")


def check_lines(path: Path) -> list[str]:
    """Names of the columns; pandas would number equal names, fill short rows and shift long ones."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(without_zeros(path, file), skipinitialspace=True, strict=True)
        try:
            names = check_head(path, [name.strip() for name in next(lines, [])])
            for values in lines:
                if values and len(values) != len(names):
                    raise Refused(f"{path} line {lines.line_num} has {len(values)} values; the head names {len(names)} columns")
        except csv.Error as broken:
            raise Refused(f"{path} cannot be read as a table: line {lines.line_num}: {broken}") from None
    return names


def without_zeros(path: Path, lines):
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise Refused(f"{path} cannot be read as a table: line {number} holds a zero byte")
        yield line


def check_head(path: Path, names: list[str]) -> list[str]:
    if not names:
        raise Refused(f"{path} cannot be read as a table: it begins with no head")
    if len(names) == 1:
        found = next((mark for mark in OTHER_SEPARATORS if mark in names[0]), None)
        if found:
            raise Refused(f"{path} has one column, {names[0][:80]!r}: it is separated by {OTHER_SEPARATORS[found]}; write it with commas")
    check_names(path, names)
    return names


def check_names(path: Path, names: list[str]) -> None:
    if "" in names:
        raise Refused(f"{path}: column {names.index('') + 1} has no name")
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise Refused(f"{path} has {'two' if times == 2 else times} columns named {name}")


def arff(path: Path) -> pd.DataFrame:
    names, kinds, lines = [], [], path.read_text("utf-8-sig").splitlines()
    body = next((number + 1 for number, line in enumerate(lines) if line.strip().lower().startswith("@data")), None)
    for line in lines[:body]:
        if line.strip().lower().startswith("@attribute"):
            found = ATTRIBUTE.match(line.strip())
            if not found:
                raise Refused(f"{path}: {line.strip()[:80]!r} is not an attribute: @attribute NAME TYPE")
            names.append(unquoted(found))
            kinds.append(kind_of(path, names[-1], found[4].strip()))
    if body is None or not names:
        raise Refused(f"{path} is not an ARFF file: it has no @attribute or no @data")
    check_names(path, names)
    rows = []
    for number, line in enumerate(lines[body:], body + 1):
        if line.strip() and not line.lstrip().startswith("%"):
            if line.lstrip().startswith("{"):
                raise Refused(f"{path} has sparse rows; write it as dense ARFF or CSV")
            rows.append(values(path, line, number, len(rows) + 1, len(names)))
    columns = zip(*rows) if rows else [()] * len(names)
    return pd.DataFrame({name: column(path, name, kind, words) for name, kind, words in zip(names, kinds, columns)}, columns=names)


def unquoted(found) -> str:
    quoted = found[1] if found[1] is not None else found[2]
    return (re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else found[3]).strip()


def kind_of(path: Path, name: str, words: str):
    """"numeric", "words", or the set of declared values."""
    if words.startswith("{"):
        if not words.endswith("}"):
            raise Refused(f"{path}: the values of attribute {name} have no closing brace")
        return {v for v in values(path, words[1:-1], 0, 0, None) if v is not None}
    word = words.split()[0].lower()
    if word in NUMERIC:
        return "numeric"
    if word in ("string", "date"):
        return "words"
    raise Refused(f"{path}: attribute {name} is of type {word}; allowed are numeric, real, integer, string, date and {{values}}")


def values(path: Path, line: str, number: int, row: int, count: int | None) -> list:
    """The values of a line, None for an unquoted ?."""
    out, place = [], 0
    while True:
        found = VALUE.match(line, place)
        if not found:
            raise Refused(f"{path} line {number} has a quote that does not close" if number else
                          f"{path}: the values {line[:60]} cannot be read")
        bare = found[3] is not None
        word = unquoted(found)
        out.append(None if bare and word in ("?", "") else word)
        place = found.end()
        if found[4] == "":
            break
    if count is not None and len(out) != count:
        raise Refused(f"{path}: data row {row} has {len(out)} values; there are {count} attributes")
    return out


def column(path: Path, name: str, kind, words) -> pd.Series:
    if kind == "numeric":
        numbers = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce")
        bad = [i for i, (n, w) in enumerate(zip(numbers, words)) if w is not None and np.isnan(n) and w.lower() != "nan"]
        if bad:
            raise Refused(f"{path}: data row {bad[0] + 1}: attribute {name} is numeric but holds {words[bad[0]]!r}")
        return numbers.astype(float)
    if kind != "words":
        bad = next((i for i, w in enumerate(words) if w is not None and w not in kind), None)
        if bad is not None:
            raise Refused(f"{path}: data row {bad + 1}: attribute {name} has no value {words[bad]!r}; "
                          f"declared are {', '.join(sorted(kind)[:10])}")
    return pd.Series(words, dtype=object)
