"""
Did pre-training teach the encoder to read? A small decoder on the frozen encoder has to write what was taken out of a document
(Raffel et al. 2020, T5's spans; Zhang et al. 2020, PEGASUS' sentences: here a whole text is the gap). The same decoder with
the same steps on an encoder of random weights is what it is compared with; the figure is nats a token on documents not trained on.
"""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from fusion.encoder import MASK, PAD, TextEncoder

BOS, EOS = 5, 6


class Decoder(nn.Module):
    """A GRU that looks at the encoder's states at every token: ids (B, T) -> logits (B, T, V)."""

    def __init__(self, vocabulary: int, states: int, width: int = 64):
        super().__init__()
        self.token = nn.Embedding(vocabulary, width)
        self.body = nn.GRU(width, width, batch_first=True)
        self.key, self.value = nn.Linear(states, width), nn.Linear(states, width)
        self.out = nn.Linear(2 * width, vocabulary)

    def forward(self, ids, states, valid):
        h, _ = self.body(self.token(ids))                                    # (B, T, width)
        score = torch.matmul(h, self.key(states).transpose(1, 2)) / h.shape[-1] ** 0.5
        share = torch.softmax(score.masked_fill(valid.unsqueeze(1) == 0, -1e9), -1)
        return self.out(torch.cat([h, torch.matmul(share, self.value(states))], -1))


def take_out(ids, tags, kind: str, random, longest: int = 48):
    """
    ids with a hole that one [MASK] fills the first place of, and what was there: (B, L), (B, T + 1) with [BOS] and [EOS].
    "span": 8 tokens somewhere; "gap": one whole text.
    """
    holed, targets = ids.copy(), []
    for i, row in enumerate(ids):
        length = int((row != PAD).sum())
        if kind == "gap":
            number = (tags[i, :length] >> 2) & 31
            chosen = np.flatnonzero(number == random.choice(number)) if length else np.zeros(0, np.int64)
        else:
            begin = random.integers(0, max(1, length - 8))
            chosen = np.arange(begin, min(begin + 8, length))
        gone = row[chosen][:longest]
        holed[i, chosen] = MASK
        targets.append(np.r_[BOS, gone, EOS])
    width = max(map(len, targets))
    return holed, np.stack([np.pad(t, (0, width - len(t)), constant_values=PAD) for t in targets])


def denoise(encoder, rows, documents, kind: str, steps: int, seed: int, keep: int = 3000) -> float:
    """Nats a token of the decoder on held-out documents, after `steps` batches of 48 on the others. The encoder does not change."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    encoder.eval()
    known = vocabulary(rows, documents, keep)                                # (V,) id -> small number
    decoder = Decoder(int(known.max()) + 1, encoder.config.width).to(rows.device)
    optimiser = torch.optim.Adam(decoder.parameters(), 3e-3)
    held = max(1, len(documents) // 10)

    def loss(chosen):
        ids, tags = (part.cpu().numpy() for part in rows.tokens(chosen))
        holed, target = take_out(ids, tags, kind, random)
        with torch.no_grad():
            states, valid = encoder.states(rows.tensor(holed), rows.tensor(tags))
        target = known[rows.tensor(target)]
        said = decoder(target[:, :-1], states, valid)
        return F.cross_entropy(said.flatten(0, 1), target[:, 1:].flatten(), ignore_index=PAD)

    for _ in range(steps):
        found = loss(random.choice(documents[held:], min(48, len(documents) - held), replace=False))
        optimiser.zero_grad()
        found.backward()
        optimiser.step()
    with torch.no_grad():
        return float(np.mean([float(loss(documents[:held][i: i + 48])) for i in range(0, min(held, 480), 48)]))


def vocabulary(rows, documents, keep: int):
    """Small numbers for the `keep` commonest tokens of the documents and the specials; the rest is [UNK]."""
    texts = rows.data.texts
    count = np.bincount(np.concatenate([texts.tokens(d) for d in documents]), minlength=texts.vocabulary)
    common = np.argsort(-count, kind="stable")[:keep]
    known = np.ones(texts.vocabulary, np.int64)
    known[: EOS + 1] = np.arange(EOS + 1)
    common = common[common > EOS]
    known[common] = np.arange(EOS + 1, EOS + 1 + len(common))
    return rows.tensor(known)


def probe(model, rows, which, settings, seed: int, say, steps: int = 150) -> dict:
    """Both kinds of hole, pre-trained against random weights of the same architecture."""
    random = np.random.default_rng(seed)
    documents = np.unique(rows.data.texts.document[which])
    documents = random.permutation(documents[documents >= 0])[:6000]
    torch.manual_seed(seed + 1)
    untaught = TextEncoder(model.encoder.config).to(rows.device)
    taught, found = copy.deepcopy(model.encoder), {}
    for kind in ("span", "gap"):
        found[kind] = {name: round(denoise(encoder, rows, documents, kind, steps, seed), 4) for name, encoder in (("pre-trained", taught), ("random", untaught))}
        say(f"probe {kind}: {found[kind]['pre-trained']:.3f} nats a token, encoder of random weights {found[kind]['random']:.3f}")
    return found
