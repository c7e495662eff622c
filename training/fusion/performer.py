"""
Attention in linear time: FAVOR+ of the Performer (Choromanski et al., "Rethinking Attention with Performers", 2021).

    exp(q·k) = E_w[ exp(w·q - |q|²/2) · exp(w·k - |k|²/2) ],  w ~ N(0, I)

so softmax attention is approximated by a product of positive features φ(q) φ(k)ᵀ that is never written out as an L x L matrix.
What a row says never depends on its neighbours in the batch nor on its padding: the mask is applied after the kernel, and the
number that keeps exp() in range is the maximum over the row's own valid keys.
"""

import torch
from torch import nn

EPSILON = 1e-4          # added to each feature, so that no query is without weight
HIDDEN = -1e9           # instead of -inf: an exponent of a masked key before it is masked


def orthogonal_gaussian(features: int, width: int) -> torch.Tensor:
    """(features, width): rows as long as those of a Gaussian matrix, orthogonal in blocks of `width` rows."""
    blocks = [uniform_rotation(width) for _ in range(-(-features // width))]
    length = torch.randn(features, width).norm(dim=1, keepdim=True)
    return length * torch.cat(blocks)[:features]


def uniform_rotation(width: int) -> torch.Tensor:
    """Uniform over orthogonal matrices: a bare QR leans to one side, and so would every estimate (Mezzadri 2007)."""
    q, r = torch.linalg.qr(torch.randn(width, width))
    return (q * torch.sign(torch.diagonal(r))).T


def positive_features(x, projection, valid=None):
    """
    φ(x): x (B, H, L, d), projection (M, d) -> (B, H, L, M), up to a factor that attention divides out again.
    Keys come with `valid` (B, 1, L, 1), 1 or 0, and share one stabiliser a row and head; queries have one each.
    """
    x = x * x.shape[-1] ** -0.25
    exponent = torch.matmul(x, projection.transpose(0, 1))                       # (B, H, L, M)
    if valid is None:
        return torch.exp(exponent - exponent.amax(-1, keepdim=True).detach()) + EPSILON
    exponent = exponent - x.pow(2).sum(-1, keepdim=True) / 2
    stabiliser = (exponent * valid + HIDDEN * (1 - valid)).amax((-1, -2), keepdim=True).detach()
    return (torch.exp(torch.clamp(exponent - stabiliser, max=0.0)) + EPSILON) * valid    # the clamp is for hidden keys only


def linear_attention(q, k, v, projection, valid):
    """q, k, v (B, H, L, d), valid (B, L) in {0, 1} -> (B, H, L, d)."""
    valid = valid[:, None, :, None]
    q, k = positive_features(q, projection), positive_features(k, projection, valid)
    context = torch.matmul(k.transpose(-1, -2), v)                               # (B, H, M, d)
    weight = torch.matmul(q, k.sum(-2).unsqueeze(-1))                            # (B, H, L, 1)
    return torch.matmul(q, context) / weight.clamp(min=1e-12)


class PerformerAttention(nn.Module):
    """Multi-head FAVOR+ attention of width d. The projection is a buffer: saved and exported with the weights."""

    def __init__(self, width: int, heads: int, features: int):
        super().__init__()
        if width % heads:
            raise ValueError(f"width {width} is not a multiple of heads {heads}")
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width)
        self.register_buffer("projection", orthogonal_gaussian(features, width // heads))

    def redraw(self) -> None:
        """A new random projection; refused outside training, where it would change what every cached vector means."""
        if not self.training:
            raise RuntimeError("the projection is redrawn in training only")
        self.projection.copy_(orthogonal_gaussian(*self.projection.shape).to(self.projection))

    def forward(self, x, valid):                                                  # (B, L, d), (B, L) -> (B, L, d)
        rows, length, width = x.shape
        q, k, v = (part.reshape(rows, length, self.heads, width // self.heads).transpose(1, 2) for part in self.qkv(x).chunk(3, -1))
        y = linear_attention(q, k, v, self.projection, valid)                     # (B, H, L, d/H)
        return self.out(y.transpose(1, 2).reshape(rows, length, width))


class Block(nn.Module):
    """Attention and feed-forward, each added with a learned weight that starts at 0 (ReZero, Bachlechner et al. 2020): no norms."""

    def __init__(self, width: int, heads: int, features: int, dropout: float):
        super().__init__()
        self.attention = PerformerAttention(width, heads, features)
        self.feed = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        self.weight = nn.Parameter(torch.zeros(2))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, valid):
        x = x + self.weight[0] * self.dropout(self.attention(x, valid))
        return x + self.weight[1] * self.dropout(self.feed(x))


class Performer(nn.Module):
    """`depth` blocks of which only `distinct` have weights of their own, used in turn: A B A B."""

    def __init__(self, width: int, heads: int, features: int, depth: int, distinct: int, dropout: float = 0.0):
        super().__init__()
        if depth % distinct:
            raise ValueError(f"depth {depth} is not a multiple of distinct {distinct}")
        self.depth = depth
        self.resting = False        # x goes through untouched: what blocks of weight 0 do, at no cost
        self.blocks = nn.ModuleList(Block(width, heads, features, dropout) for _ in range(distinct))

    def redraw(self) -> None:
        for block in self.blocks:
            block.attention.redraw()

    def forward(self, x, valid):
        for i in range(0 if self.resting else self.depth):
            x = self.blocks[i % len(self.blocks)](x, valid)
        return x
