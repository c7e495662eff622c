"""
Rows of a data set as tensors: features, each distinct document once, and the last events.

Rows of a company share its document for weeks, so a batch encodes the distinct ones, shortest with shortest, and rows look their
vector up: padding and neighbours change no vector (performer.py), hence neither does this.
"""

from dataclasses import dataclass

import numpy as np
import torch


@dataclass
class Batch:
    """B rows and their U distinct documents; document 0 is the empty one."""

    rows: np.ndarray                # (B,)
    features: torch.Tensor          # (B, F)
    documents: np.ndarray           # (U,) numbers of documents, -1 first
    of: torch.Tensor                # (B,) place of the row's document in `documents`
    has_text: torch.Tensor          # (B, 1) in {0., 1.}
    events: tuple | None            # types, amounts, ages: (B, S) each


class Rows:
    """Makes batches of `data` for a model on `device`; documents longer than `length` lose their end."""

    def __init__(self, data, length: int, device="cpu", events: bool = False):
        self.data, self.length, self.device, self.with_events = data, length, torch.device(device), events

    def batch(self, rows) -> Batch:
        rows = np.asarray(rows)
        which = self.data.texts.document[rows] if self.data.texts is not None else np.full(len(rows), -1)
        documents, of = np.unique(np.concatenate([[-1], which]), return_inverse=True)
        lengths = self.lengths(documents)
        return Batch(rows, self.tensor(np.asarray(self.data.x[rows], np.float32)), documents, self.tensor(of[1:]),
                     self.tensor((lengths[of[1:]] > 0).astype(np.float32)[:, None]), self.events(rows) if self.with_events else None)

    def tensor(self, values):
        return torch.from_numpy(np.ascontiguousarray(values)).to(self.device)

    def lengths(self, documents):
        """Tokens of documents that the encoder sees."""
        if self.data.texts is None:
            return np.zeros(len(documents), np.int64)
        start, there = self.data.texts.start, np.asarray(documents) >= 0
        known = np.where(there, documents, 0)
        return (np.where(there, np.minimum(start[known + 1] - start[known], self.length), 0)
                if len(start) > 1 else np.zeros(len(documents), np.int64))

    def tokens(self, documents):
        """ids, tags (U, L) int64, L at least 1."""
        if self.data.texts is None:
            return (self.tensor(np.zeros((len(documents), 1), np.int64)),) * 2
        ids, tags, _ = self.data.texts.padded(documents)
        return self.tensor(ids[:, : self.length]), self.tensor(tags[:, : self.length].astype(np.int64))

    def events(self, rows):
        types, amounts, days, mask = self.data.events.of(rows)
        return self.tensor(np.where(mask, types + 1, 0)), self.tensor(amounts), self.tensor(days)

    def chunks(self, documents, size: int):
        """Places in `documents`, in runs of like length."""
        order = np.argsort(self.lengths(documents), kind="stable")
        return [order[i: i + size] for i in range(0, len(order), size)]

    def encode(self, encoder, documents, size: int = 64):
        """Vectors (U, D) of distinct documents, with gradients where they are on."""
        parts, places = [], []
        for chunk in self.chunks(documents, size):
            parts.append(encoder(*self.tokens(documents[chunk])))
            places.append(chunk)
        return torch.cat(parts)[self.tensor(np.argsort(np.concatenate(places)))]


@torch.no_grad()
def vectors(encoder, rows: Rows, documents, say=None) -> np.ndarray:
    """Text vectors (U, D) float32 of many documents, 256 at a time."""
    encoder.eval()
    found = np.empty((len(documents), encoder.config.output), np.float32)
    chunks = rows.chunks(documents, 256)
    for i, chunk in enumerate(chunks):
        found[chunk] = encoder(*rows.tokens(documents[chunk])).float().cpu().numpy()
        if say and i % 40 == 39:
            say(f"encoded {i + 1} of {len(chunks)} x 256 documents")
    return found


@torch.no_grad()
def logits(model, rows: Rows, which, size: int = 4096) -> np.ndarray:
    """Logits (B,) float64 of any rows: each distinct document is encoded once."""
    model.eval()
    which, found = np.asarray(which), np.empty(len(which))
    table = lookup = None
    if model.encoder is not None:
        documents = np.unique(np.concatenate([[-1], rows.data.texts.document[which]])) if rows.data.texts is not None else np.array([-1])
        table, lookup = torch.from_numpy(vectors(model.encoder, rows, documents)).to(rows.device), documents
    for i in range(0, len(which), size):
        batch = rows.batch(which[i: i + size])
        vector = table[rows.tensor(np.searchsorted(lookup, batch.documents))][batch.of] if table is not None else None
        found[i: i + size] = model.head(batch.features, vector, batch.has_text, batch.events).squeeze(1).double().cpu().numpy()
    return found
