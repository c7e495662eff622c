"""
Did pre-training teach the encoder to read? A small decoder on the frozen encoder has to write what was taken out of a document
(Raffel et al. 2020, T5's spans; Zhang et al. 2020, PEGASUS' sentences: here a whole text is the gap). The same decoder with
the same steps on an encoder of random weights is what it is compared with; the figure is nats a token on documents not trained on.

    /usr/bin/python3 training/fusion/probe.py --model training/runs/ladder/sim-demo/9-1/model.pt [--data sim] [--size demo] [--steps 150]

`probe = true` under [rung.9] of a config file does the same after each pre-training, and notes what it found.
"""

import argparse
import copy
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)     # and not this folder, whose names are not packages

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import config as configs
import sets
from dataset import Refused
from fusion import checkpoint
from fusion.encoder import MASK, PAD, TextEncoder
from fusion.rows import Rows

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
    resting = encoder.body.resting                                           # then all that is read of a text are its tokens' vectors
    decoder = Decoder(int(known.max()) + 1, encoder.config.embedding if resting else encoder.config.width).to(rows.device)
    optimiser = torch.optim.Adam(decoder.parameters(), 3e-3)
    held = max(1, len(documents) // 10)

    def loss(chosen):
        ids, tags = (part.cpu().numpy() for part in rows.tokens(chosen))
        holed, target = take_out(ids, tags, kind, random)
        with torch.no_grad():
            seen = rows.tensor(holed)
            states, valid = (encoder.embed(seen), seen.ne(PAD)) if resting else encoder.states(seen, rows.tensor(tags))
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


def probe(model, rows, which, seed: int, say, steps: int = 150) -> dict:
    """Both kinds of hole, pre-trained against random weights of the same architecture."""
    random = np.random.default_rng(seed)
    documents = np.unique(rows.data.texts.document[which])
    documents = random.permutation(documents[documents >= 0])[:6000]
    torch.manual_seed(seed + 1)
    untaught = TextEncoder(model.encoder.config).to(rows.device)
    untaught.body.resting = model.encoder.body.resting
    taught, found = copy.deepcopy(model.encoder), {}
    for kind in ("span", "gap"):
        found[kind] = {name: round(denoise(encoder, rows, documents, kind, steps, seed), 4)
                       for name, encoder in (("pre-trained", taught), ("random", untaught))}
        say(f"probe {kind}: {found[kind]['pre-trained']:.3f} nats a token, encoder of random weights {found[kind]['random']:.3f}")
    return found


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", type=Path, required=True,
                   help="model.pt of a pre-trained rung: training/runs/ladder/<data>-<size>/9-1/model.pt")
    p.add_argument("--data", choices=("sim", "yc", "warn"), default="sim")
    p.add_argument("--size", choices=configs.SIZES, default="demo")
    p.add_argument("--steps", type=int, default=150, help="batches that each decoder learns from")
    a = p.parse_args()
    model, _ = checkpoint.load(a.model)
    if model.encoder is None:
        raise Refused(f"{a.model} reads no texts")
    run = configs.of(a.data, a.size)
    run.set_up_torch()
    say = lambda text: print(text, flush=True)
    data, split = sets.load(run, say)
    if data.texts is None or data.texts.vocabulary != model.encoder.config.vocabulary:
        raise Refused(f"the texts of {run.name} are not of the vocabulary that {a.model} was trained with")
    probe(model, Rows(data, model.encoder.config.length), split.unlabelled, 1, say, a.steps)


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"error: {refused}")
    except KeyboardInterrupt:
        sys.exit("interrupted")
