"""
Candidate entries of a feature catalogue: whatever its language (schemas/features, src/Core/Features) can say about the events that an
archive holds. Nothing is computed here; `jianwei export --catalogue` does that.

event set x aggregate x window; ratio is events a day in a short window over those in a long one. What the language cannot say is not
proposed: it knows no other company, so a deviation from the sector is beyond it, and no product or difference of two features.
"""

import json
from pathlib import Path

import numpy as np

from dataset import Refused

FEWEST = 50             # events of a set in the archive, else it is not asked about
COUNTS = (14, 30, 60, 90, 180, 365, 0)          # days; 0 is the company's lifetime
AMOUNTS = (90, 365, 0)
RATIOS = ((14, 90), (30, 90), (30, 180), (30, 365), (90, 365), (180, 365))
LONG_AGO = 8            # log1p of days: the default of "days since" where nothing ever happened
SHORT = {"days_since_last": "silence", "days_since_first": "since_first", "distinct_types": "types", "last_amount": "last"}


def read(path) -> dict:
    """A catalogue file."""
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except OSError:
        raise Refused(f"there is no feature catalogue {path}") from None
    except ValueError as broken:
        raise Refused(f"{path} is not JSON without comments ({broken})") from None
    if not isinstance(found, dict) or not isinstance(found.get("features"), list) or not found["features"]:
        raise Refused(f"{path} is not a feature catalogue: it has no features")
    return found


def types_of(events: str, sets: dict, known: list[str]) -> frozenset[str]:
    """The event types that a set's name or a pattern stands for; as EventTypes.Matching in src/Core/Contracts."""
    found = set()
    for pattern in sets.get(events, [events]):
        if pattern == "*":
            found |= {t for t in known if "." in t and not t.startswith(("outcome.", "unknown."))}
        elif pattern.endswith(".*"):
            found |= {t for t in known if t.startswith(pattern[:-1])}
        else:
            found.add(pattern)
    return frozenset(found)


def definitions(entry: dict, sets: dict, known: list[str]) -> set[tuple]:
    """What an entry computes, whatever it is called: (types, aggregate, window, long window) of each of its windows."""
    types = types_of(entry["events"], sets, known)
    return {(types, entry["aggregate"], window, entry.get("long_window", 0)) for window in entry["windows"]}


def propose(base: dict, known: list[str], counts, with_amount) -> list[dict]:
    """
    Entries that the base catalogue lacks. `known` names event types by code; `counts` and `with_amount` are how many events of each code
    the archive has, and how many of them with an amount.
    """
    sets, have = base.get("event_sets", {}), set()
    for entry in base["features"]:
        have |= definitions(entry, sets, known)
    number = {name: code for code, name in enumerate(known)}
    singles = [t for t in known if "." in t and not t.startswith(("outcome.", "unknown.")) and counts[number[t]]]
    blocks = [f"{block}.*" for block in sorted({t.split(".")[0] for t in singles})]
    seen, out = set(), []
    for events in [*sets, *blocks, *singles]:
        types = types_of(events, sets, known)
        present = frozenset(t for t in types if t in number and counts[number[t]])
        codes = [number[t] for t in present]
        if any(t.startswith("outcome.") for t in types) or sum(int(counts[c]) for c in codes) < FEWEST or present in seen:
            continue
        seen.add(present)
        amounts = sum(int(with_amount[c]) for c in codes) >= FEWEST
        group = group_of(present, base, known)
        for entry in of_set(events, group, len(present) > 1, amounts):
            if not definitions(entry, sets, known) & have:
                out.append(entry)
    taken = {entry["name"] for entry in base["features"]}
    return [entry for entry in out if entry["name"] not in taken]


def of_set(events: str, group: str, several: bool, amounts: bool):
    """Every entry over one event set."""
    say = lambda aggregate, window, **more: entry(events, group, aggregate, window, **more)
    for window in COUNTS:
        yield say("count", window)
    for window in AMOUNTS if amounts else ():
        yield from (say(aggregate, window) for aggregate in ("sum", "mean", "max"))
    if amounts:
        yield say("last_amount", 0)
    for window in (90, 365) if several else ():
        yield say("distinct_types", window, transform="none")
    for window in (30, 90, 365):
        yield say("active_days", window)
    yield say("days_since_last", 0, default=LONG_AGO)
    yield say("days_since_first", 0)
    for short, long in RATIOS:
        yield say("ratio", short, long_window=long)
    for aggregate in ("gap_mean", "gap_std", "gap_max"):
        yield say(aggregate, 365)


def entry(events: str, group: str, aggregate: str, window: int, transform="log1p", default=0, long_window=0) -> dict:
    word = events.removesuffix(".*").replace(".", "_")
    suffix = f"{window}d" if window else "life"
    name = f"found_{word}_{SHORT.get(aggregate, aggregate)}_{suffix}" + (f"_{long_window}d" if long_window else "")
    out = {"name": name, "group": group, "events": events, "aggregate": aggregate, "windows": [window]}
    if long_window:
        out["long_window"] = long_window
    if transform != "none":
        out["transform"] = transform
    return {**out, "default": default} if default else out


def group_of(present: frozenset, base: dict, known: list[str]) -> str:
    """The group of the base entry with the smallest set that holds these types, so that reasons name what officers know."""
    best = None
    for e in base["features"]:
        types = types_of(e["events"], base.get("event_sets", {}), known)
        if present <= types and (best is None or len(types) < best[0]):
            best = len(types), e["group"]
    return best[1] if best else "found"


def extended(base: dict, entries: list[dict]) -> dict:
    return {**base, "features": [*base["features"], *entries]}


def write(catalogue: dict, path) -> None:
    """An entry a line, as the catalogue that comes with the program."""
    lines = lambda values: ",\n".join("    " + value for value in values)
    sets = lines(f"{json.dumps(name)}: {json.dumps(types)}" for name, types in catalogue.get("event_sets", {}).items())
    text = (f'{{\n  "schema_version": {catalogue.get("schema_version", 1)},\n  "event_sets": {{\n{sets}\n  }},\n'
            f'  "features": [\n{lines(json.dumps(e, ensure_ascii=False) for e in catalogue["features"])}\n  ]\n}}\n')
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def present(export_folder, manifest: dict) -> tuple[np.ndarray, np.ndarray]:
    """(events of each code, those of them with an amount) in an export."""
    types = np.load(Path(export_folder) / "event_type.npy", mmap_mode="r")
    amount = np.load(Path(export_folder) / "event_amount.npy", mmap_mode="r")
    width = len(manifest["event_types"])
    return np.bincount(types, minlength=width), np.bincount(types[~np.isnan(amount)], minlength=width)
