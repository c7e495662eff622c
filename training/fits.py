"""
One (rung, seed): what it reads, fitted or found again, and what it leaves in a folder of its own.

    done = climb(rung, seed, data, split, run, device, prints(data, split), folder, say)
"""

import hashlib
import json
import os
import shutil
import time
import traceback
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import numpy as np
import threadpoolctl

from dataset import Refused
from jobs import Problem
from ladder.rungs import Config, Rung, settings_of

SLICES = ("valid", "calibrate", "test")


class Failed(Refused):
    """Nothing came of it, and not because of what was given."""

    code = 1


@dataclass
class Done:
    """What one (rung, seed) left behind."""

    logits: dict[str, np.ndarray]       # of each slice
    seconds: float
    history: list[dict]
    notes: dict
    cores: str = "an unknown number of threads"     # how many fits ran at once, and their threads
    load: float = 0.0                               # of the machine, in the last quarter of an hour of the fit; 0: unknown


def fingerprint(data, split) -> str:
    """Changes with whatever a fit reads, but for tokens: words says that."""
    digest = hashlib.sha256(json.dumps(
        [split.about, data.names, data.about, data.texts.tokenizer if data.texts else None, split.shift], default=str).encode())
    for rows in (split.train, split.valid, split.calibrate, split.test, split.unlabelled):
        digest.update(rows.tobytes() + data.y[rows].tobytes() + np.asarray(data.x[rows[::97]]).tobytes())
    return digest.hexdigest()[:16]


def words(texts, rows) -> bytes:
    """Changes with which documents rows read, and with their tokens: how many, and the first, the middle and the last of each."""
    if texts is None:
        return b""
    documents = np.asarray(texts.document[rows])
    known = np.unique(documents[documents >= 0])
    begin, end = texts.start[known], texts.start[known + 1]
    begin, end = begin[end > begin], end[end > begin]
    at = np.concatenate([begin, (begin + end) // 2, end - 1])
    return b"".join(np.asarray(part).tobytes() for part in (documents, end - begin, texts.token_id[at], texts.token_tag[at]))


def prints(data, split) -> dict:
    """Of what every rung reads; of the texts, for those that read them; of the rows that only pre-training reads, where there are any."""
    labelled = np.concatenate([split.train, split.valid, split.calibrate, split.test, split.unlabelled])
    short, far = (lambda *parts: hashlib.sha256(b"".join(parts)).hexdigest()[:16]), split.strangers
    return {"data": fingerprint(data, split), "texts": short(words(data.texts, labelled)),
            "strangers": short(far.tobytes(), np.asarray(data.x[far[::97]]).tobytes(), data.time[far].tobytes(), words(data.texts, far),
                               np.asarray(data.events.last[far]).tobytes() if data.events else b"") if len(far) else None}


def prints_for(rung: Rung, prints_of: dict) -> dict:
    """Those of what this rung reads."""
    reads = {"data": True, "texts": rung.reads_text, "strangers": rung.reads_strangers}
    return {name: prints_of[name] for name, read in reads.items() if read and prints_of[name]}


def climb(rung: Rung, seed: int, data, split, run, device: str, prints_of: dict, folder: Path, say, fit=True,
          lender: Path | None = None) -> Done | None:
    """
    One rung with one seed: from its folder when it is finished there, else fitted, or None where that is not wanted. What `lender`, a
    folder of the same rung, seed and data, has of pre-training is taken over, as far as its settings are the same.
    """
    settings = settings_of(rung, run.size, run.rung.get(rung.number, {}))
    mark = {"rung": rung.number, "seed": seed, "settings": settings, "size": run.size, **prints_for(rung, prints_of)}
    mark = json.loads(json.dumps(mark))
    found = finished(folder, mark)
    if found or not fit:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    if mark_of(folder) != mark:                                                           # of other settings, or torn: nothing to resume
        for old in folder.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        for lent in lender.glob("pretrain-*.pt") if lender else ():
            shutil.copyfile(lent, folder / lent.name)
        borrow(rung, mark, folder)
        write_whole(folder / "started.json", json.dumps(mark))      # last: a run that was stopped before it begins anew
    before = float((folder / "seconds.txt").read_text()) if (folder / "seconds.txt").exists() else 0.0
    started = time.monotonic()
    try:
        fitted = rung.fit(data, split, seed, Config(folder, run.size, device, run.threads, settings), say)
        logits = {name: fitted.logits(getattr(split, name)) for name in SLICES}
    finally:
        spent = before + time.monotonic() - started
        write_whole(folder / "seconds.txt", f"{spent:.2f}")
    load = round(os.getloadavg()[2], 1)
    with (folder / "logits.npz.partial").open("wb") as file:
        np.savez(file, **logits)
    (folder / "logits.npz.partial").replace(folder / "logits.npz")
    write_whole(folder / "done.json", json.dumps(
        {"mark": mark, "seconds": spent, "history": fitted.history, "notes": fitted.notes, "cores": run.cores, "load": load},
        default=float))
    return Done(logits, spent, fitted.history, fitted.notes, run.cores, load)


def attempt(fit: Callable, folder: Path, threads: int, say) -> Problem | None:
    """Calls fit() with so many threads; what it refuses is told, and so is any other error, which costs the other fits nothing."""
    try:
        with threadpoolctl.threadpool_limits(threads):
            fit()
    except Refused as refused:
        return Problem(f"is left out: {refused}", failed=False)
    except Exception as broken:   # the loop's edge
        with suppress(OSError):
            (folder / "error.txt").write_text(traceback.format_exc(), "utf-8")
            say(f"{folder / 'error.txt'} says more")
        return Problem(f"failed with {type(broken).__name__}: {' '.join(str(broken).split())[:200]}", failed=True)


def borrow(rung: Rung, mark: dict, folder: Path) -> None:
    """
    Where another rung has fitted a part of this one with the same data, seed and settings, its checkpoints are taken over, and the
    seconds that they cost.
    """
    for number, part in rung.parts.items():
        theirs = folder.parent / f"{number}-{mark['seed']}"
        one = finished(theirs, {**mark, "rung": number})
        if one is None:
            continue
        (folder / part).mkdir()
        for path in theirs.glob("*.pt"):
            shutil.copyfile(path, folder / part / path.name)
        write_whole(folder / "seconds.txt", f"{one.seconds:.2f}")


def mark_of(folder: Path) -> dict | None:
    """The mark of what a folder holds the beginning of."""
    try:
        return json.loads((folder / "started.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None


def write_whole(path: Path, text: str) -> None:
    """Writes a file, all of it or nothing."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def finished(folder: Path, mark: dict) -> Done | None:
    try:
        done = json.loads((folder / "done.json").read_text("utf-8"))
        if done["mark"] == mark:
            with np.load(folder / "logits.npz") as found:
                return Done({name: found[name] for name in SLICES}, done["seconds"], done["history"], done["notes"],
                            done.get("cores", Done.cores), done.get("load", Done.load))
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        pass
    return None
