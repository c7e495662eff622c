"""Mixture of experts (Jacobs et al. 1991), dense: each row takes a mean of all experts, weighted by a gate that reads the same input."""

import torch
from torch import nn


class Experts(nn.Module):
    def __init__(self, make, count: int, width: int):
        super().__init__()
        self.experts = nn.ModuleList(make() for _ in range(count))
        self.gate = nn.Linear(width, count)
        nn.init.zeros_(self.gate.weight)                          # all experts alike at the start
        nn.init.zeros_(self.gate.bias)

    def forward(self, x):                                         # (B, width) -> (B, what an expert gives)
        share = torch.softmax(self.gate(x), -1)                   # (B, experts)
        said = torch.stack([expert(x) for expert in self.experts], -1)
        return torch.matmul(said, share.unsqueeze(-1)).squeeze(-1)
