"""
The fused model: what the features say, what the text says, and what the text means for a company with these features.

    t = tower(features) + B (features - usual(v))        s = W v, v the text encoder's vector (or a learned vector where there is no text)
    z = M(s; t): s is read through a gate that t opens, so the same sentence may count for one company and against another
    logit = out(z)                 hazards of the four quarters = logit + out_q(z)

TextEncoder is one exported graph; everything else here, Head, is the other.
"""

from dataclasses import asdict, dataclass

import torch
from torch import nn

from fusion.encoder import EncoderConfig, TextEncoder
from fusion.experts import Experts
from fusion.piecewise import PiecewiseLinear
from fusion.sequence import EventBranch

QUARTERS = 4


@dataclass(frozen=True)
class HeadConfig:
    """Every size of the head."""

    features: int                   # F of the catalogue
    text: int = 64                  # D of the text vector; 0: a head without text
    bins: int = 8
    width: int = 64
    events: int = 0                 # event types that the event branch knows; 0: no event branch
    tabular: bool = True            # False: text only
    experts: int = 1                # mixture of experts in place of the last hidden layer
    dropout: float = 0.1
    blocks: int = 0                 # residual blocks on top
    peers: bool = False             # features less what is usual with the text: a salary is low for a sector,
                                    # and the sector is in the words


FAR = 4.0               # a feature is unusual up to so many standard deviations


class Block(nn.Module):
    """x + W relu(V norm(x)), W 0 at the start."""

    def __init__(self, width: int, dropout: float):
        super().__init__()
        self.body = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * width, width))
        nn.init.zeros_(self.body[-1].weight)
        nn.init.zeros_(self.body[-1].bias)

    def forward(self, x):
        return x + self.body(x)


class Head(nn.Module):
    """features (B, F), text vector (B, D), has_text (B, 1) -> logit (B, 1)."""

    def __init__(self, config: HeadConfig):
        super().__init__()
        self.config = config
        width = config.width
        if not config.tabular and not config.text:
            raise ValueError("a head needs features, text or both")
        self.numbers = PiecewiseLinear(config.features, config.bins)
        self.tower = nn.Sequential(nn.Linear(self.numbers.output, width), nn.ReLU(), nn.Dropout(config.dropout), nn.Linear(width, width))
        self.branch = EventBranch(config.events, width, width) if config.events else None
        if config.text:
            self.read = nn.Linear(config.text, width)
            self.no_text = nn.Parameter(torch.zeros(width))
            self.gate = nn.Linear(width, width)
            self.shift = nn.Linear(width, width)
        last = (lambda: nn.Sequential(nn.Linear(2 * width, width), nn.ReLU(), nn.Dropout(config.dropout), nn.Linear(width, width)))
        self.mix = Experts(last, config.experts, 2 * width) if config.experts > 1 else last()
        self.top = nn.Sequential(*(Block(width, config.dropout) for _ in range(config.blocks)))
        self.usual = self.beyond = None
        if config.peers and config.tabular and config.text:
            self.usual = nn.Sequential(nn.Linear(config.text, width), nn.ReLU(), nn.Linear(width, config.features))
            self.beyond = nn.Linear(config.features, width)
        self.out = nn.Linear(width, 1)
        self.quarter = nn.Linear(width, QUARTERS)
        nn.init.zeros_(self.quarter.weight)
        nn.init.zeros_(self.quarter.bias)

    @property
    def settings(self) -> dict:
        return asdict(self.config)

    def tabular(self, features, hidden=None, events=None):
        """What the features (and events) say: (B, width)."""
        said = self.tower(self.numbers(features, hidden)) if self.config.tabular else features.new_zeros(len(features), self.config.width)
        return said + self.branch(*events) if self.branch is not None and events is not None else said

    def text(self, vector, has_text):
        return self.read(vector) * has_text + self.no_text * (1 - has_text)

    def fuse(self, t, s):
        """(B, width), (B, width) -> z (B, width)."""
        if not self.config.text:
            s = torch.zeros_like(t)
        elif self.config.tabular:
            s = s * (1 + self.gate(t)) + self.shift(t)            # a gate of either sign around 1
        together = torch.cat([torch.relu(t), torch.relu(s)], 1)
        return torch.relu(self.top(self.mix(together) + t + s))

    def usual_loss(self, features, usual, has_text):
        """
        How far features (B, F) are from what their text lets expect (B, F), in standard deviations; a feature that is at its least
        says nothing.
        """
        value, there = self.numbers.standard(features)
        asked = there * has_text
        return ((usual - value.clamp(-FAR, FAR)).square() * asked).sum() / asked.sum().clamp(min=1.0)

    def join(self, t, features, vector=None, has_text=None, hidden=None, usual=None):
        """
        (B, width) of the tower and the text vector (B, D) -> z (B, width); `usual` (B, F) is what is usual with the text, where it is
        known already.
        """
        if self.usual is not None:
            value, there = self.numbers.standard(features)
            apart = (value - (self.usual(vector) if usual is None else usual)).clamp(-FAR, FAR) * there * has_text
            t = t + self.beyond(apart if hidden is None else apart * (1 - hidden))
        return self.fuse(t, self.text(vector, has_text) if self.config.text else None)

    def fused(self, features, vector=None, has_text=None, events=None, hidden=None):
        return self.join(self.tabular(features, hidden, events), features, vector, has_text, hidden)

    def forward(self, features, vector=None, has_text=None, events=None):
        return self.out(self.fused(features, vector, has_text, events))

    def hazards(self, z):                                         # (B, width) -> (B, 4) logits
        return self.out(z) + self.quarter(z)


class Fused(nn.Module):
    """Encoder and head as one trainable model; `encoder` is None for a head without text."""

    def __init__(self, encoder: EncoderConfig | None, head: HeadConfig):
        super().__init__()
        self.encoder = TextEncoder(encoder) if encoder is not None else None
        self.head = Head(head)

    def forward(self, features, ids=None, tags=None, has_text=None, events=None):
        vector = self.encoder(ids, tags) if self.encoder is not None else None
        return self.head(features, vector, has_text, events)
