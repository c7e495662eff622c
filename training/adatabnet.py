"""
AdaTabNet: TabNet's sequential attention with answers to what holds it back. Every part is a switch, and
`./jianwei train --ablate` measures each (training/results/ablation-*.json); docs/ladder.md says what the defaults of rung 5 were chosen by.

    embedding   each number becomes a piecewise-linear encoding over its quantiles, mixed into a few dimensions (Gorishniy et al. 2022)
    mask        entmax-1.5 instead of sparsemax; masks keep the norm of what they select, and begin uniform: an untrained step sees every
                feature. With `sharpness` its logits are multiplied by a factor that each step learns: off, it did nothing on any data
    heads       K members share all matrices and differ in scales of their inputs (BatchEnsemble; TabM, Gorishniy et al. 2025)
    own masks   each member attends for itself: where all share a mask, their mean cannot undo its errors
    steps       one, because a second gained nothing; of more, each may halt, and the output is the expectation over halting (PonderNet,
                Banino et al. 2021), unless `adaptive` is off
    residual    ReZero: x + a·f(x) with a from 0 (Bachlechner et al. 2020), instead of (x + f(x))·sqrt(0.5) and ghost batch norm
    start       the first logit is the base rate; no early step can blow up
    linear      adds a linear part that starts at 0: off, it gained nothing, and cost most on the latest rows of WARN
"""

import torch
import torch.nn.functional as F
from torch import nn

from networks import Embedded
from sparse import entmax15, sparsemax

SWITCHES = {"embedding": True, "mask": "entmax", "own_masks": True, "sharpness": False, "adaptive": True, "residual": "rezero",
            "start": True, "linear": False}


class Piecewise(nn.Module):
    """(B, F) -> (B, F, d): how far a value is through each of its feature's bins, times a matrix of that feature, plus a line."""

    def __init__(self, sample, bins: int, width: int):
        super().__init__()
        edges = torch.stack([
            spread(torch.unique(torch.quantile(column.double(), torch.linspace(0, 1, bins + 1, dtype=torch.double))), bins)
            for column in sample.T])
        self.register_buffer("left", edges[:, :-1].float())                                        # (F, bins)
        self.register_buffer("length", (edges[:, 1:] - edges[:, :-1]).float())
        self.weight = nn.Parameter(torch.zeros(len(edges), bins, width))
        self.slope = nn.Parameter(torch.randn(len(edges), width) * width**-0.5)
        self.offset = nn.Parameter(torch.randn(len(edges), width) * width**-0.5)

    def forward(self, z):
        through = (z[:, :, None] - self.left) / self.length                                         # (B, F, bins)
        through = torch.cat([through[:, :, :1].clamp(max=1), through[:, :, 1:].clamp(0, 1)], 2).clamp(-4, 4)
        bent = torch.bmm(through.transpose(0, 1), self.weight).transpose(0, 1)                      # (B, F, d)
        return F.relu(bent + z[:, :, None] * self.slope + self.offset)


def spread(edges, bins: int):
    """Exactly bins + 1 rising edges: a feature of few values has empty bins above its range."""
    short = bins + 1 - len(edges)
    return torch.cat([edges, edges[-1] + torch.arange(1, short + 1)]) if short > 0 else edges


class Gated(nn.Module):
    """x + a·GLU(W norm(x)), a from 0; or TabNet's (x + GLU(norm(W x)))·sqrt(0.5)."""

    def __init__(self, width: int, rezero: bool, dropout: float):
        super().__init__()
        self.fc, self.rezero, self.dropout = nn.Linear(width, 2 * width), rezero, nn.Dropout(dropout)
        self.norm = nn.LayerNorm(width if rezero else 2 * width)
        self.a = nn.Parameter(torch.zeros(1)) if rezero else None

    def forward(self, x):
        if self.rezero:
            return x + self.a * self.dropout(F.glu(self.fc(self.norm(x)), -1))
        return (x + self.dropout(F.glu(self.norm(self.fc(x)), -1))) * 0.5**0.5


class AdaTabNet(nn.Module):
    def __init__(self, sample, categories: list[int], base: float, *, width=64, dimensions=8, bins=16, steps=1, blocks=1, heads=8,
                 dropout=0.15, gamma=1.5, ponder=1e-3, embedding=True, mask="entmax", own_masks=True, sharpness=False, adaptive=True,
                 residual="rezero", start=True, linear=False):
        super().__init__()
        numbers = sample.shape[1]
        self.coded = Embedded(0, categories)
        self.piecewise = Piecewise(sample, bins, dimensions) if embedding and numbers else None
        d, rezero = dimensions if embedding else 1, residual == "rezero"
        self.fields, self.columns = numbers + len(categories), numbers * d + self.coded.width
        self.register_buffer("coded_field", numbers + self.coded.field)
        self.numbers, self.dimensions, self.own_masks = numbers, d, own_masks
        self.kind, self.adaptive, self.gamma, self.ponder, self.steps = mask, adaptive, gamma, ponder, steps
        signs = torch.randint(0, 2, (heads, self.columns)).float() * 2 - 1
        self.member = nn.Parameter(torch.ones(1, self.columns) if heads == 1 else torch.randn(heads, self.columns) if embedding else signs)
        self.member_bias = nn.Parameter(torch.randn(heads, width) * (0.1 if heads > 1 else 0))
        self.first = nn.Linear(self.columns, width)
        self.shared = nn.ModuleList(Gated(width, rezero, dropout) for _ in range(blocks))
        self.own = nn.ModuleList(nn.ModuleList(Gated(width, rezero, dropout) for _ in range(blocks)) for _ in range(steps))
        self.choose = nn.ModuleList(nn.Linear(width, self.fields) for _ in range(steps))
        self.sharp = nn.Parameter(torch.zeros(steps), requires_grad=sharpness)
        self.halt = nn.Linear(width, 1)
        self.out = nn.Parameter(torch.randn(steps, heads, width) * width**-0.5)
        self.linear = nn.Linear(self.fields if not categories else numbers, 1, bias=False) if linear and numbers else None
        self.bias = nn.Parameter(torch.full((heads,), base if start else 0.0))
        self.dropout = nn.Dropout(dropout)
        self.penalty = 0.0
        if start:
            with torch.no_grad():
                self.out.zero_()
                for layer in self.choose:
                    layer.weight.mul_(0.1)
                    layer.bias.zero_()
                self.halt.bias.fill_(0.0)
                self.halt.weight.zero_()
                if self.linear is not None:
                    self.linear.weight.zero_()

    def select(self, attended, prior, step: int):
        """(..., width), (..., fields) -> mask (..., fields), whose last dimension sums to 1."""
        logits = prior * self.choose[step](attended) * self.sharp[step].exp()
        return {"entmax": entmax15, "sparsemax": sparsemax, "softmax": lambda v: v.softmax(-1)}[self.kind](logits)

    def widen(self, gate):
        """(B, M, fields) -> (B, M, columns): each field's factor for all columns of that field."""
        numbers = gate[..., : self.numbers, None].expand(*gate.shape[:2], -1, self.dimensions).flatten(2)
        return torch.cat([numbers, gate[..., self.coded_field]], 2) if len(self.coded_field) else numbers

    def forward(self, z, codes):                               # -> (B, K)
        numbers = self.piecewise(z).flatten(1) if self.piecewise is not None else z
        x = torch.cat([numbers, self.coded(z[:, :0], codes)], 1) if codes.shape[1] else numbers      # (B, columns)
        seen = x[:, None] * self.member                                                              # (B, K, columns)
        apart = self.own_masks or len(self.member) == 1
        if self.kind != "none":
            attended = self.first(seen if apart else x[:, None])                                     # (B, M, width), M = K or 1
            prior = x.new_ones(*attended.shape[:2], self.fields)
        logits, left, expected = 0.0, x.new_ones(len(x), 1), 0.0
        for step in range(self.steps):
            chosen = seen
            if self.kind != "none":
                mask = self.select(attended, prior, step)                                            # (B, M, fields)
                prior = prior * (self.gamma - mask)
                chosen = seen * self.widen(mask * (self.fields**0.5 / mask.norm(dim=2, keepdim=True)))
            h = self.dropout(F.relu(self.first(chosen) + self.member_bias))                          # (B, K, width)
            for block in [*self.shared, *self.own[step]]:
                h = block(h)
            attended = h if apart else h.mean(1, keepdim=True)
            said = (h * self.out[step]).sum(2)                                                       # (B, K)
            if not self.adaptive:
                logits = logits + said
                continue
            halt = torch.sigmoid(self.halt(h.mean(1))) if step < self.steps - 1 else 1.0
            logits = logits + left * halt * said
            expected = expected + (left * halt).mean() * (step + 1) if step < self.steps - 1 else expected + left.mean() * (step + 1)
            left = left * (1 - halt)
        self.penalty = self.ponder * expected if self.adaptive else 0.0
        if self.linear is not None:
            logits = logits + self.linear(z)
        return logits + self.bias
