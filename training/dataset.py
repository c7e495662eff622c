"""
Reads what `jianwei export` wrote. Python never computes a feature: it takes these arrays as they are.

    ./jianwei export --out training/data/warn --target outcome.closure --at notice --from warn:FILE
    /usr/bin/python3 training/dataset.py training/data/warn       # says what is in it

An export folder holds one row per (company, as-of):

    manifest.json   what it is: catalogue hash, features, target, horizon, counts; written last
    features.npy    float32 (N, F)   in catalogue order, exactly what serving would score
    label.npy       int8    (N,)     1 where the target was seen in (as_of, as_of + horizon]
    censored.npy    int8    (N,)     1 where as_of + horizon is past the end of the data
    as_of.npy       int64   (N,)     unix seconds; rows are not in order of time
    company.txt     N lines          canonical company id

schema_version 2 adds texts as token ids and event sequences: data.py reads them.
"""

import json
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

FIELDS = ["schema_version", "catalogue", "features", "rows", "horizon_days", "target", "at", "source",
          "first_as_of", "last_as_of", "data_end", "positive", "censored"]
DAY = 86_400


class Refused(Exception):
    """Input that cannot be trained on, in one sentence."""

    code = 2            # what the command ends with


@dataclass(frozen=True)
class Export:
    """One export folder, checked. Arrays are memory-mapped."""

    folder: Path
    manifest: dict
    features: np.ndarray   # (N, F) float32
    label: np.ndarray      # (N,) int8
    censored: np.ndarray   # (N,) int8
    as_of: np.ndarray      # (N,) int64
    company: np.ndarray    # (N,) int32: number of the company, in order of first appearance

    @property
    def names(self) -> list[str]:
        return [f["name"] for f in self.manifest["features"]]


def read(folder, catalogue=None) -> Export:
    """Reads and checks a folder; `catalogue` is the hash that it must have been exported with, where given."""
    folder = Path(folder)
    if not folder.is_dir():
        raise Refused(f"{folder} is not a folder; run ./jianwei export --out {folder} first")
    manifest = read_manifest(folder)
    if catalogue and manifest["catalogue"] != catalogue:
        raise Refused(f"{folder} was exported with catalogue {manifest['catalogue']}, but the catalogue is now {catalogue}; export again")
    rows, width = manifest["rows"], len(manifest["features"])
    if rows == 0:
        raise Refused(f"{folder} has no rows")
    features = column(folder, "features", "float32", (rows, width))
    label = column(folder, "label", "int8", (rows,))
    censored = column(folder, "censored", "int8", (rows,))
    as_of = column(folder, "as_of", "int64", (rows,))
    for name, values in (("label", label), ("censored", censored)):
        if not np.isin(values, (0, 1)).all():
            raise Refused(f"{folder}/{name}.npy holds values other than 0 and 1")
    finite = np.isfinite(features).all(axis=0)
    if not finite.all():
        raise Refused(f"feature {manifest['features'][int(np.argmin(finite))]['name']} of {folder} is not finite in every row")
    return Export(folder, manifest, features, label, censored, as_of, companies(folder, rows))


def read_manifest(folder: Path) -> dict:
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise Refused(f"{folder} has no manifest.json: the export was interrupted; export again") from None
    except ValueError as broken:
        raise Refused(f"{folder}/manifest.json is not JSON ({broken})") from None
    missing = [field for field in FIELDS if field not in manifest]
    if missing:
        raise Refused(f"{folder}/manifest.json has no {', '.join(missing)}")
    if manifest["schema_version"] not in (1, 2):
        raise Refused(f"{folder}/manifest.json has schema_version {manifest['schema_version']}; this reader knows 1 and 2")
    return manifest


def column(folder: Path, name: str, dtype: str, shape: tuple) -> np.ndarray:
    path = folder / f"{name}.npy"
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise Refused(f"{folder} lacks the column file {name}.npy") from None
    except ValueError as broken:
        raise Refused(f"{path} is not a readable .npy file ({broken})") from None
    if values.shape != shape or values.dtype != dtype:
        raise Refused(f"{path} is {values.dtype} {values.shape}; the manifest says {dtype} {shape}")
    return values


def companies(folder: Path, rows: int) -> np.ndarray:
    path, numbers = folder / "company.txt", {}
    if not path.exists():
        raise Refused(f"{folder} lacks the column file company.txt")
    with path.open(encoding="utf-8") as lines:
        ids = np.fromiter((numbers.setdefault(line.rstrip("\n"), len(numbers)) for line in lines), dtype=np.int32)
    if len(ids) != rows:
        raise Refused(f"{path} has {len(ids)} lines; the manifest says {rows}")
    return ids


def seconds(date: str) -> int:
    """Unix seconds of the start of an ISO day."""
    try:
        return int(datetime.fromisoformat(date).replace(tzinfo=timezone.utc).timestamp())
    except (TypeError, ValueError):
        raise Refused(f"{date!r} is no day; write one like \"2024-04-01\"") from None


def day(unix_seconds) -> str:
    return datetime.fromtimestamp(int(unix_seconds), timezone.utc).date().isoformat()


def main(arguments) -> None:
    export = read(arguments[0])
    used = export.censored == 0
    m = export.manifest
    print(f"{m['source']}: {m['target']} within {m['horizon_days']} days, {m['at']}, catalogue {m['catalogue']}")
    print(f"{m['rows']} rows of {export.company.max() + 1} companies, {day(export.as_of.min())} to {day(export.as_of.max())}, "
          f"{int(used.sum())} not censored, {int(export.label[used].sum())} positive ({export.label[used].mean():.2%})")
    for i, name in enumerate(export.names):
        values = export.features[:, i]
        print(f"{i:4d} {name:44s} mean {values.mean():10.4g}  min {values.min():10.4g}  max {values.max():10.4g}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        main(sys.argv[1:])
    except Refused as refused:
        sys.exit(f"error: {refused}")
