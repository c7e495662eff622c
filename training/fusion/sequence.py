"""
The last 64 events of a company as one vector: each event speaks for itself (type, amount, age), and what they say is added up.

A sum and not an attention over events: evidence about hidden health is additive in the logarithm of its likelihood, and a sum
of 64 small vectors is cheap enough to be run at every change.
"""

import torch
from torch import nn

AGES = (7.0, 30.0, 90.0, 180.0, 365.0, 730.0)     # days after which an event counts 1/e, one channel each


class EventBranch(nn.Module):
    """types (B, S) int64 with 0 for none and 1 + EventType else, amounts (B, S) log1p or 0, ages (B, S) days -> (B, output)."""

    def __init__(self, types: int, width: int, output: int):
        super().__init__()
        self.kind = nn.Embedding(types + 1, width)
        self.amount = nn.Embedding(types + 1, width)              # how a type's amount is read
        self.age = nn.Linear(len(AGES) + 2, width)
        self.out = nn.Linear(width, output)
        self.register_buffer("rate", 1 / torch.tensor(AGES))
        nn.init.normal_(self.kind.weight, std=0.3)
        nn.init.normal_(self.amount.weight, std=0.03)

    def forward(self, types, amounts, ages):
        valid = types.gt(0).to(amounts.dtype).unsqueeze(-1)       # (B, S, 1)
        ages = ages.clamp(0.0, 3650.0).unsqueeze(-1)
        age = torch.cat([torch.exp(-ages * self.rate), torch.log1p(ages) / 8, torch.ones_like(ages)], -1)
        each = self.kind(types) + self.amount(types) * amounts.unsqueeze(-1)
        said = torch.relu(each * self.age(age)) * valid           # (B, S, width)
        return self.out(said.sum(1) / 8)
