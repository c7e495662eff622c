"""
The tabular network: raw catalogue features in, one logit out. What serving needs is inside the graph.

    z = clip((x - mean) / std, low, high)
    logit = linear(z) + out(relu(hidden(z)))

low and high are the range of the training rows (at most ±8): where later data lies outside, and ages and silences only
grow, the net says what it says at the edge of what it knows. With width 0 it is a logistic regression. Several such nets average into
one: side by side, their hidden layers are one wider hidden layer, so an ensemble costs the Scorer two matrix products, like a single
net.
"""

import torch
from torch import nn

CLIP = 8.0


class TabularNet(nn.Module):
    def __init__(self, features: int, width: int, dropout: float = 0.0):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("std", torch.ones(features))
        self.register_buffer("low", torch.full((features,), -CLIP))
        self.register_buffer("high", torch.full((features,), CLIP))
        self.linear = nn.Linear(features, 1)
        self.hidden = nn.Linear(features, width) if width else None
        self.out = nn.Linear(width, 1, bias=False) if width else None
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        if width:
            nn.init.zeros_(self.out.weight)    # starts as the base rate: early steps cannot blow up

    def standardise(self, x):                  # (B, F) -> (B, F)
        return torch.max(torch.min((x - self.mean) / self.std, self.high), self.low)

    def fit(self, x) -> "TabularNet":          # (N, F): the training rows
        """Takes the standardisation from rows; a feature that is constant in them gets std 1."""
        x = x.double()
        std = x.std(0)
        self.mean.copy_(x.mean(0))
        self.std.copy_(torch.where(std < 1e-6, torch.ones_like(std), std))
        z = (x - self.mean) / self.std
        self.low.copy_(z.min(0).values.clamp(min=-CLIP))
        self.high.copy_(z.max(0).values.clamp(max=CLIP))
        return self

    def forward(self, x):                      # (B, F) -> (B,)
        z = self.standardise(x)
        logit = self.linear(z)                 # (B, 1)
        if self.hidden is not None:
            logit = logit + self.out(self.dropout(torch.relu(self.hidden(z))))
        return logit.squeeze(1)

    @property
    def config(self) -> dict:
        return {"features": len(self.mean), "width": self.hidden.out_features if self.hidden is not None else 0}


def average(nets: list[TabularNet]) -> TabularNet:
    """One net whose logit is the mean of theirs; they share the standardisation."""
    width = nets[0].config["width"]
    merged = TabularNet(nets[0].config["features"], width * len(nets))
    with torch.no_grad():
        for name, buffer in nets[0].named_buffers():
            merged.get_buffer(name).copy_(buffer)
        merged.linear.weight.copy_(torch.stack([n.linear.weight for n in nets]).mean(0))
        merged.linear.bias.copy_(torch.stack([n.linear.bias for n in nets]).mean(0))
        if width:
            merged.hidden.weight.copy_(torch.cat([n.hidden.weight for n in nets]))        # (K·H, F)
            merged.hidden.bias.copy_(torch.cat([n.hidden.bias for n in nets]))
            merged.out.weight.copy_(torch.cat([n.out.weight for n in nets], 1) / len(nets))  # (1, K·H)
    return merged.eval()
