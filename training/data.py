"""
What every rung reads: one data set in memory, and which of its rows are for what.

    data = data.read_export(folder)               # an export folder, schema_version 1 or 2 (dataset.py checks it)
    ids, tags, mask = data.texts.of(rows)         # the documents of rows, padded; Python never tokenises
    types, amounts, days, mask = data.events.of(rows)   # the last events that each row has seen

Shapes: N rows, F features, C categorical fields, D documents, T tokens, E events, B rows asked for, L the longest of them.
"""

import csv
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Callable

import numpy as np

import dataset
from dataset import DAY, Refused

SEGMENTS = ("profile", "posting", "filing")


@dataclass(frozen=True)
class Documents:
    """Texts as token ids. Row i reads document `document[i]`, or none where that is -1; rows share documents."""

    document: np.ndarray        # (N,) int32
    start: np.ndarray           # (D+1,) int64: document d is tokens start[d] .. start[d+1]
    token_id: np.ndarray        # (T,) uint16
    token_tag: np.ndarray       # (T,) uint8: bits 0-1 segment, bits 2-6 number of the text, bit 7 where a word begins
    vocabulary: int = 16_384
    tokenizer: str = ""         # hash of the tokenizer that wrote the ids

    def of(self, rows):
        """Documents of rows, cut to nothing and padded with 0: ids (B, L) int64, tags (B, L) uint8, mask (B, L) bool."""
        return self.padded(self.document[rows])

    def padded(self, documents):
        """The same by number of document; -1 is an empty document. L is at least 1."""
        documents = np.asarray(documents, np.int64)
        there = documents >= 0
        begin = np.where(there, self.start[documents], 0)                       # (B,)
        length = np.where(there, self.start[documents + 1] - begin, 0)
        at = np.arange(max(1, int(length.max(initial=0))))
        mask = at < length[:, None]                                             # (B, L)
        place = np.where(mask, begin[:, None] + at, 0)
        if len(self.token_id) == 0:
            return np.zeros(mask.shape, np.int64), np.zeros(mask.shape, np.uint8), mask
        return np.where(mask, self.token_id[place], 0).astype(np.int64), np.where(mask, self.token_tag[place], 0).astype(np.uint8), mask

    def tokens(self, document: int) -> np.ndarray:
        """Token ids of one document."""
        return self.token_id[self.start[document]: self.start[document + 1]] if document >= 0 else self.token_id[:0]

    @staticmethod
    def segment(tags):
        return tags & 3

    @staticmethod
    def number(tags):
        return (tags >> 2) & 31

    @staticmethod
    def word_begins(tags):
        return tags >> 7 == 1


class Sequences:
    """Events of companies in order of application. A row sees its company's last `length` events up to number `last[row]`."""

    def __init__(self, company, type, amount, time, observed, last, as_of, types: list[str], length=64):
        self.company, self.type, self.amount, self.time, self.observed = company, type, amount, time, observed   # (E,)
        self.last, self.as_of = last, as_of                                     # (N,)
        self.types, self.length = types, length
        self.order = np.argsort(company, kind="stable")                         # (E,) events, company after company
        self.place = np.empty(len(self.order), np.int64)                        # (E,) where each event stands in that order
        self.place[self.order] = np.arange(len(self.order))
        counts = np.bincount(company) if len(company) else np.zeros(1, np.int64)
        self.first = np.r_[0, np.cumsum(counts)[:-1]]                           # where each company's events begin

    def take(self, rows) -> "Sequences":
        """The same events, seen by other rows."""
        other = copy(self)
        other.last, other.as_of = np.asarray(self.last[rows]), np.asarray(self.as_of[rows])
        return other

    def of(self, rows):
        """
        Oldest first, padded at the end with 0: types (B, length) int64; log-amounts sign(a)·log1p|a| float32, 0 where there is
        none; days from the event to the row's as-of, float32; mask bool.
        """
        last = np.asarray(self.last[rows], np.int64)                            # (B,)
        at = np.arange(self.length)
        if len(self.order) == 0:
            none = np.zeros((len(last), self.length), np.float32)
            return none.astype(np.int64), none, none.copy(), none.astype(bool)
        known = np.maximum(last, 0)
        end = self.place[known] + 1
        begin = np.maximum(self.first[self.company[known]], end - self.length)
        mask = (at < (end - begin)[:, None]) & (last >= 0)[:, None]             # (B, length)
        event = self.order[np.where(mask, begin[:, None] + at, 0)]
        amount = np.nan_to_num(np.asarray(self.amount[event], np.float32))
        days = (np.asarray(self.as_of[rows])[:, None] - self.time[event]) / DAY
        return (np.where(mask, self.type[event], 0).astype(np.int64),
                np.where(mask, np.sign(amount) * np.log1p(np.abs(amount)), 0).astype(np.float32),
                np.where(mask, days, 0).astype(np.float32), mask)


@dataclass(frozen=True)
class Data:
    """One data set, rows in any order."""

    x: np.ndarray                                   # (N, F) float32, NaN allowed
    names: list[str]                                # of features
    groups: list[str]                               # of features: what belongs together
    y: np.ndarray                                   # (N,) int8
    known: np.ndarray                               # (N,) bool: the label is known (not censored)
    time: np.ndarray                                # (N,) int64 unix seconds
    group: np.ndarray                               # (N,) int32 company
    categorical: np.ndarray | None = None           # (N, C) int32 codes from 0; the last code of a field means unseen or missing
    categories: list[int] = field(default_factory=list)     # (C,) number of codes of each field
    categorical_names: list[str] = field(default_factory=list)
    texts: Documents | None = None
    events: Sequences | None = None
    oracle: dict[str, np.ndarray] | None = None     # "latent", "observable", "tabular", …: (N,) true probabilities, sim only
    raw_text: Callable | None = None                # rows -> list[str]; tables with a text column only
    world: np.ndarray | None = None                 # (N,) int8: number of the part that a joined data set came from
    about: dict = field(default_factory=dict)       # where it came from: source, target, horizon_days, catalogue

    def __len__(self) -> int:
        return len(self.y)

    def dealt(self, seed: int):
        """
        (N,) a number of each row's company in a random order, and how many companies there are. Those of worlds without labels (from
        the third on) are dealt to nobody and have -1: the others come out the same with and without them.
        """
        labelled = self.group if self.world is None else self.group[self.world < 2]
        count = int(labelled.max(initial=-1)) + 1
        order = np.append(np.random.default_rng(seed).permutation(count), -1)
        return order[np.minimum(self.group, count)], count

    @property
    def has(self) -> set[str]:
        """What rungs may need: of text, events, categorical."""
        found = {"text": self.texts is not None or self.raw_text is not None, "tokens": self.texts is not None,
                 "events": self.events is not None, "categorical": self.categorical is not None}
        return {name for name, there in found.items() if there}


@dataclass(frozen=True)
class Split:
    """
    Row numbers. train | valid | calibrate | test follow in time; `unlabelled` and `strangers` may be pre-trained on (no label is read
    there).
    """

    train: np.ndarray
    valid: np.ndarray           # early stopping and choices
    calibrate: np.ndarray       # from a logit to a probability, and bands
    test: np.ndarray            # the figures, read once
    unlabelled: np.ndarray
    # of worlds whose labels nobody knows: pre-training reads them besides
    strangers: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    shift: float = 0.0          # add to logits of a model of `train` for the true base rate (log of the share of negatives that was kept)
    about: dict = field(default_factory=dict)

    def parts(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in ("train", "valid", "calibrate", "test")}


def take(data: Data, rows) -> Data:
    """The same data set with only these rows; documents and events stay as they are."""
    one = lambda values: None if values is None else np.asarray(values[rows])
    texts = replace(data.texts, document=one(data.texts.document)) if data.texts else None
    oracle = {name: one(values) for name, values in data.oracle.items()} if data.oracle else None
    raw = data.raw_text
    return replace(
        data, x=one(data.x), y=one(data.y), known=one(data.known), time=one(data.time), group=one(data.group),
        categorical=one(data.categorical), world=one(data.world), texts=texts, oracle=oracle,
        events=data.events.take(rows) if data.events else None,
        raw_text=(lambda some: raw(rows[np.asarray(some)])) if raw else None)


def read_export(folder, catalogue=None) -> Data:
    """An export folder with whatever it holds; truth/rows.npy is joined by read_truth."""
    export = dataset.read(folder, catalogue)
    m = export.manifest
    about = {name: m[name] for name in ("source", "target", "horizon_days", "at", "catalogue")}
    return Data(export.features, export.names, [f["group"] for f in m["features"]], np.asarray(export.label), export.censored == 0,
                np.asarray(export.as_of), export.company, texts=read_documents(export), events=read_sequences(export), about=about)


def read_documents(export) -> Documents | None:
    m, folder = export.manifest, export.folder
    if m["schema_version"] < 2 or not m.get("tokenizer"):
        return None
    documents, tokens = m["documents"], m["tokens"]
    found = Documents(
        dataset.column(folder, "document", "int32", (m["rows"],)), dataset.column(folder, "doc_start", "int64", (documents + 1,)),
        dataset.column(folder, "token_id", "uint16", (tokens,)), dataset.column(folder, "token_tag", "uint8", (tokens,)),
        int(m["tokenizer"]["vocabulary"]), m["tokenizer"]["hash"])
    if found.document.max(initial=-1) >= documents or found.start[-1] != tokens or (np.diff(found.start) < 0).any():
        raise Refused(f"{folder}: document.npy and doc_start.npy do not fit {documents} documents of {tokens} tokens; export again")
    if tokens and int(found.token_id.max()) >= found.vocabulary:
        raise Refused(f"{folder}/token_id.npy holds ids beyond the vocabulary of {found.vocabulary}; export again")
    return found


def read_sequences(export) -> Sequences | None:
    m, folder = export.manifest, export.folder
    if m["schema_version"] < 2 or not m.get("sequences"):
        return None
    events = m["sequences"]["events"]
    get = lambda name, dtype: dataset.column(folder, name, dtype, (events,))
    last = dataset.column(folder, "event_last", "int64", (m["rows"],))
    if last.max(initial=-1) >= events:
        raise Refused(f"{folder}/event_last.npy names an event beyond the {events} that there are; export again")
    return Sequences(get("event_company", "int32"), get("event_type", "uint8"), get("event_amount", "float32"), get("event_time", "int64"),
                     get("event_observed", "int64"), last, export.as_of, m["event_types"], m["sequences"]["length"])


def read_truth(data: Data, export_folder, truth_folder) -> Data:
    """Adds the simulator's probabilities for the very same rows (company and as_of); a row without truth is refused."""
    folder = Path(truth_folder)
    for name in ("rows.npy", "companies.csv"):
        if not (folder / name).exists():
            raise Refused(f"{folder / name} is missing: run ./jianwei simulate with --truth")
    with (folder / "companies.csv").open(encoding="utf-8", newline="") as lines:
        number = {line["id"]: int(line["company"]) for line in csv.DictReader(lines)}
    ids = (Path(export_folder) / "company.txt").read_text("utf-8").splitlines()
    ours = np.fromiter((number.get(id, -1) for id in ids), np.int64, len(ids))
    return replace(data, oracle=join_truth(np.load(folder / "rows.npy", allow_pickle=False), ours, data.time))


def join_truth(truth, company, as_of) -> dict[str, np.ndarray]:
    """Probabilities in `truth` for rows of (company, as_of)."""
    key = lambda who, when: np.asarray(who, np.int64) << 40 | np.asarray(when, np.int64)
    theirs, ours = key(truth["company"], truth["as_of"]), key(company, as_of)
    order = np.argsort(theirs)
    place = order[np.minimum(np.searchsorted(theirs, ours, sorter=order), len(order) - 1)]
    unknown = (company < 0) | (theirs[place] != ours)
    if unknown.any():
        raise Refused(f"{int(unknown.sum())} of {len(ours)} rows are not in truth/rows.npy: the export is of another simulation")
    return {name: truth[name][place].astype(np.float64) for name in truth.dtype.names if truth.dtype[name].kind == "f"}


def join(parts: list[Data]) -> Data:
    """Several exports of one catalogue (and tokenizer) as one data set; companies of different parts are different companies."""
    first = parts[0]
    for other in parts[1:]:
        if other.about.get("catalogue") != first.about.get("catalogue") or other.names != first.names:
            raise Refused("the parts were exported with different catalogues; export them again")
        if (other.texts is None) != (first.texts is None) or (first.texts and other.texts.tokenizer != first.texts.tokenizer):
            raise Refused("the parts were exported with different tokenizers; export them again")
        if (other.events is None) != (first.events is None) or (first.events and other.events.types != first.events.types):
            raise Refused("the parts have event sequences of different kinds; export them again")
    stack = lambda values: np.concatenate([np.asarray(v) for v in values])
    before = np.cumsum([0] + [int(p.group.max()) + 1 for p in parts])
    unknown = lambda p: np.full(len(p), np.nan)
    oracle = {n: stack([p.oracle[n] if p.oracle else unknown(p) for p in parts]) for n in first.oracle} if first.oracle else None
    return replace(
        first, x=stack([p.x for p in parts]), y=stack([p.y for p in parts]), known=stack([p.known for p in parts]),
        time=stack([p.time for p in parts]), group=stack([p.group + b for p, b in zip(parts, before)]).astype(np.int32), oracle=oracle,
        texts=join_documents([p.texts for p in parts]) if first.texts else None,
        events=join_sequences([p.events for p in parts]) if first.events else None,
        world=stack([np.full(len(p), i, np.int8) for i, p in enumerate(parts)]))


def join_documents(parts: list[Documents]) -> Documents:
    before = np.cumsum([0] + [len(p.start) - 1 for p in parts])
    tokens = np.cumsum([0] + [len(p.token_id) for p in parts])
    return replace(
        parts[0], document=np.concatenate([np.where(p.document >= 0, p.document + b, -1) for p, b in zip(parts, before)]).astype(np.int32),
        start=np.concatenate([[0]] + [p.start[1:] + t for p, t in zip(parts, tokens)]),
        token_id=np.concatenate([p.token_id for p in parts]), token_tag=np.concatenate([p.token_tag for p in parts]))


def join_sequences(parts: list[Sequences]) -> Sequences:
    stack = lambda name: np.concatenate([np.asarray(getattr(p, name)) for p in parts])
    events = np.cumsum([0] + [len(p.company) for p in parts])
    companies = np.cumsum([0] + [int(p.company.max(initial=-1)) + 1 for p in parts])
    return Sequences(
        np.concatenate([p.company + c for p, c in zip(parts, companies)]), stack("type"), stack("amount"), stack("time"), stack("observed"),
        np.concatenate([np.where(p.last >= 0, p.last + e, -1) for p, e in zip(parts, events)]), stack("as_of"),
        parts[0].types, parts[0].length)
