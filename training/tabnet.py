"""
TabNet, from the paper: Arik and Pfister, "TabNet: attentive interpretable tabular learning", AAAI 2021 (arXiv 1908.07442).

A few sequential steps. Each chooses features with a sparse mask (attentive transformer: sparsemax, and a prior that makes features
of earlier steps dearer), sends the chosen ones through shared and step-specific gated blocks (feature transformer), and adds what it
decided to the output. Ghost batch normalisation throughout. Pre-training: some features are hidden, a decoder reconstructs them.
"""

import torch
import torch.nn.functional as F
from torch import nn

from networks import Embedded
from sparse import sparsemax

SCALE = 0.5**0.5


class GhostBatchNorm(nn.Module):
    """Batch normalisation over pieces of at most `size` rows of a batch (Hoffer et al. 2017); running statistics for evaluation."""

    def __init__(self, width: int, size=256, momentum=0.02):
        super().__init__()
        self.size, self.momentum = size, momentum
        self.weight, self.bias = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("var", torch.ones(width))

    def forward(self, x):                                      # (B, width)
        if not self.training:
            return F.batch_norm(x, self.mean, self.var, self.weight, self.bias, False)
        pieces = max(1, len(x) // self.size)
        whole = len(x) // pieces * pieces
        rest = x[whole:]
        piece = x[:whole].view(pieces, -1, x.shape[1])
        mean, var = piece.mean(1, keepdim=True), piece.var(1, unbiased=False, keepdim=True)
        with torch.no_grad():
            self.mean.lerp_(mean.mean(0)[0], self.momentum)
            self.var.lerp_(var.mean(0)[0], self.momentum)
        out = ((piece - mean) * torch.rsqrt(var + 1e-5)).reshape(whole, -1)
        if len(rest):                                          # a few rows more: with the statistics of the last piece
            out = torch.cat([out, (rest - mean[-1]) * torch.rsqrt(var[-1] + 1e-5)])
        return out * self.weight + self.bias


class GatedBlock(nn.Module):
    """FC -> ghost batch norm -> GLU. The FC may be shared; the normalisation never is."""

    def __init__(self, fc: nn.Linear, ghost: int):
        super().__init__()
        self.fc, self.norm = fc, GhostBatchNorm(fc.out_features, ghost)

    def forward(self, x):
        return F.glu(self.norm(self.fc(x)), -1)


def fc(inputs: int, outputs: int) -> nn.Linear:
    layer = nn.Linear(inputs, outputs, bias=False)
    nn.init.xavier_normal_(layer.weight, gain=((inputs + outputs) / (4 * inputs) ** 0.5) ** 0.5)
    return layer


class FeatureTransformer(nn.Module):
    """Blocks with shared FCs, then blocks of its own; residuals scaled by sqrt(0.5) from the second on."""

    def __init__(self, shared: list[nn.Linear], inputs: int, width: int, own: int, ghost: int):
        super().__init__()
        first = shared or [fc(inputs, 2 * width)]
        fcs = first + [fc(width, 2 * width) for _ in range(own - (0 if shared else 1))]
        self.blocks = nn.ModuleList(GatedBlock(layer, ghost) for layer in fcs)

    def forward(self, x):                                      # (B, inputs) -> (B, width)
        x = self.blocks[0](x)
        for block in self.blocks[1:]:
            x = (x + block(x)) * SCALE
        return x


class TabNet(nn.Module):
    def __init__(self, numbers: int, categories: list[int], decide=16, attend=16, steps=4, shared=2, own=2,
                 gamma=1.3, sparsity=1e-4, ghost=256):
        super().__init__()
        self.embedded = Embedded(numbers, categories)
        width, self.decide, self.gamma, self.sparsity = self.embedded.width, decide, gamma, sparsity
        self.norm = nn.BatchNorm1d(width, momentum=0.02)
        total = decide + attend
        layers = [fc(width if i == 0 else total, 2 * total) for i in range(shared)]
        self.begin = FeatureTransformer(layers, width, total, own, ghost)
        self.steps = nn.ModuleList(FeatureTransformer(layers, width, total, own, ghost) for _ in range(steps))
        self.choose = nn.ModuleList(nn.Linear(attend, self.embedded.fields, bias=False) for _ in range(steps))
        self.choose_norm = nn.ModuleList(GhostBatchNorm(self.embedded.fields, ghost) for _ in range(steps))
        self.out = nn.Linear(decide, 1, bias=False)
        self.bias = nn.Parameter(torch.zeros(1))
        self.penalty = 0.0

    def encode(self, x, prior):
        """x (B, width) normalised, prior (B, fields) -> decisions of each step [(B, decide)] and masks [(B, fields)]."""
        attended = self.begin(x)[:, self.decide:]
        decisions, masks, entropy = [], [], 0.0
        for transform, choose, norm in zip(self.steps, self.choose, self.choose_norm):
            mask = sparsemax(prior * norm(choose(attended)))
            entropy = entropy - (mask * (mask + 1e-15).log()).sum(1).mean() / len(self.steps)
            prior = prior * (self.gamma - mask)
            out = transform(x * mask[:, self.embedded.field])
            decisions.append(F.relu(out[:, : self.decide]))
            attended = out[:, self.decide:]
            masks.append(mask)
        self.penalty = self.sparsity * entropy
        return decisions, masks

    def forward(self, z, codes):                               # -> (B, 1)
        x = self.norm(self.embedded(z, codes))
        decisions, _ = self.encode(x, torch.ones(len(z), self.embedded.fields, device=z.device))
        return self.out(torch.stack(decisions).sum(0)) + self.bias

    @torch.no_grad()
    def importance(self, z, codes):
        """(B, fields): how much each step's mask, weighted by what the step decided, chose each field; rows sum to 1."""
        decisions, masks = self.encode(self.norm(self.embedded(z, codes)), torch.ones(len(z), self.embedded.fields, device=z.device))
        total = sum(d.sum(1, keepdim=True) * m for d, m in zip(decisions, masks))
        return total / total.sum(1, keepdim=True).clamp(min=1e-9)


class Decoder(nn.Module):
    """Reconstructs the columns from the steps' decisions: a feature transformer and an FC each, added up."""

    def __init__(self, net: TabNet, ghost=256):
        super().__init__()
        layers = [fc(net.decide, 2 * net.decide)]
        self.steps = nn.ModuleList(FeatureTransformer(layers, net.decide, net.decide, 1, ghost) for _ in net.steps)
        self.out = nn.ModuleList(nn.Linear(net.decide, net.embedded.width, bias=False) for _ in net.steps)

    def forward(self, decisions):
        return sum(out(step(d)) for step, out, d in zip(self.steps, self.out, decisions))


class Pretraining(nn.Module):
    """The masked-feature task around an encoder; its loss is relative to each column's variance."""

    def __init__(self, net: TabNet, hidden=0.2, ghost=256):
        super().__init__()
        self.net, self.decoder, self.hidden = net, Decoder(net, ghost), hidden

    def loss(self, z, codes, generator=None):
        net = self.net
        x = net.norm(net.embedded(z, codes)).detach()          # columns have unit variance: the division of the paper's loss
        hide = (torch.rand(len(z), net.embedded.fields, generator=generator) < self.hidden).float().to(z.device)
        columns = hide[:, net.embedded.field]
        decisions, _ = net.encode(x * (1 - columns), 1 - hide)
        wrong = (self.decoder(decisions) - x) * columns
        return wrong.pow(2).sum() / columns.sum().clamp(min=1)
