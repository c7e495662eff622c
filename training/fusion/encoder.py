"""
The text encoder: token ids and tags of a company's document in, one vector out. It sees text alone, so its vector can be cached
until the text changes.

A document is the tokens of all of a company's texts, one after the other. Its tags say of each token: bits 0-1 the segment
(0 profile, 1 posting, 2 filing), bits 2-6 the number of the text, bit 7 where a word begins. Id 0 is padding and nothing else.
[CLS] is added here, so a company without text is the document of length 0, whose vector is a constant.
"""

from dataclasses import asdict, dataclass

import torch
from torch import nn

from dataset import Refused
from fusion.performer import Performer

PAD, UNK, MASK, CLS = 0, 1, 2, 3
RESERVED = 16           # ids below are not text
WORD_BEGINS = 128       # bit 7 of a tag
LOUD, FAINT = 1.0, 0.05     # standard deviation at the start: of tokens; of what is added to them
MANY = 16.0             # sums are divided by this: the sum of some 256 tokens is as large as one of them


@dataclass(frozen=True)
class EncoderConfig:
    """Every size of the encoder."""

    vocabulary: int = 16_384
    length: int = 384       # tokens of a document, at most
    embedding: int = 64     # width of the token table: most of the weights
    width: int = 64
    heads: int = 4
    features: int = 32      # random features of FAVOR+
    depth: int = 2          # blocks that a token passes
    distinct: int = 2       # blocks with weights of their own
    output: int = 64        # width of the text vector
    dropout: float = 0.0
    keywords: int = 0       # tokens whose presence is put beside the poolings


class TextEncoder(nn.Module):
    def __init__(self, config: EncoderConfig):
        super().__init__()
        self.config = config
        self.token = nn.Embedding(config.vocabulary, config.embedding)
        self.widen = nn.Linear(config.embedding, config.width, bias=False) if config.embedding != config.width else nn.Identity()
        self.segment = nn.Embedding(4, config.width)
        self.number = nn.Embedding(32, config.width)
        self.position = nn.Embedding(config.length + 1, config.width)   # 0 is [CLS]
        self.weigh = nn.Embedding(WORD_BEGINS, 1)                       # of a token in the sums, as a logarithm
        nn.init.zeros_(self.weigh.weight)
        self.body = Performer(config.width, config.heads, config.features, config.depth, config.distinct, config.dropout)
        self.query = nn.Linear(config.width, config.heads, bias=False)  # one attention pool a head
        self.pool = nn.Linear(5 * config.width + 1 + config.embedding + config.keywords, config.output)
        self.register_buffer("keyword", torch.full((config.keywords,), -1))
        for table, spread in ((self.token, LOUD), (self.segment, FAINT), (self.number, FAINT), (self.position, FAINT)):
            nn.init.normal_(table.weight, std=spread)

    @property
    def settings(self) -> dict:
        return asdict(self.config)

    @torch.no_grad()
    def round_tokens(self) -> None:
        """The token table in half precision, as a package keeps it: most of the weights are here."""
        rounded = self.token.weight.half().float()
        if not torch.isfinite(rounded).all():
            raise Refused(f"the token table holds {float(self.token.weight.abs().max()):.3g}, more than half precision can; "
                          "train with a smaller rest_lr, or fewer numbers (vector, embedding)")
        self.token.weight.copy_(rounded)

    def embed(self, ids):                                         # (B, L) -> (B, L, E): where adversarial noise goes in
        return self.token(ids)

    def states(self, ids, tags, embedded=None):
        """ids, tags (B, L) int64 -> states (B, 1 + L, d), the first of [CLS], and what is valid (B, 1 + L) in {0., 1.}."""
        embedded = self.embed(ids) if embedded is None else embedded
        first = self.embed(torch.full_like(ids[:, :1], CLS))
        valid = torch.cat([torch.ones_like(ids[:, :1]), ids.ne(PAD).long()], 1).to(embedded.dtype)
        x = self.widen(torch.cat([first, embedded], 1)) + self.position.weight[: ids.shape[1] + 1]
        x = x + nn.functional.pad(self.places(tags), (0, 0, 1, 0))
        return self.body(x, valid), valid

    def places(self, tags):                                       # (B, L) -> (B, L, d)
        """Segment and number of the text; one look-up in the 128 sums."""
        sums = (self.number.weight[:, None] + self.segment.weight[None]).reshape(WORD_BEGINS, -1)
        return nn.functional.embedding(torch.remainder(tags, WORD_BEGINS), sums)

    def present(self, ids):                                       # (B, L) -> (B, keywords) in {0., 1.}
        return ids.unsqueeze(-1).eq(self.keyword).any(1).to(self.pool.weight.dtype)

    def pooled(self, states, valid, ids, embedded=None):
        """
        Mean, sum, maximum, attention and [CLS] of the states, how many tokens there are, and the sum of the tokens as they came
        -> (B, output).
        The sums are there because evidence adds up: three warnings are more than one, whatever their share of the text.
        """
        embedded = self.embed(ids) if embedded is None else embedded
        cls, states, valid = states[:, 0], states[:, 1:], valid[:, 1:].unsqueeze(-1)
        count = valid.sum(1)                                      # (B, 1)
        some = count.clamp(max=1.0)                               # 0 for an empty document
        total = (states * valid).sum(1)
        mean = total / count.clamp(min=1.0)
        largest = (states * valid - 1e4 * (1 - valid)).amax(1) * some
        score = self.query(states)                                # (B, L, H)
        highest = (score * valid - 1e4 * (1 - valid)).amax(1, keepdim=True).detach()
        score = torch.exp((score - highest).clamp(max=0.0)) * valid
        share = score / score.sum(1, keepdim=True).clamp(min=1e-9)
        heads = states.reshape(*states.shape[:2], share.shape[-1], -1)      # (B, L, H, d/H)
        attended = (share.unsqueeze(-1) * heads).sum(1).flatten(1)
        parts = [mean, total / MANY, largest, attended, cls, torch.log1p(count) / 5, (embedded * valid).sum(1) / MANY]
        return self.pool(torch.cat(parts + [self.present(ids)] if self.config.keywords else parts, 1))

    def sums(self, ids, tags):
        """
        What is left of `pooled` where the layers rest: how many tokens there are, and the sum of the tokens as they came, each with
        the weight of its segment and the number of its text (an older posting may count for less) -> (B, output).
        """
        valid = ids.ne(PAD).to(self.pool.weight.dtype).unsqueeze(1)                # (B, 1, L)
        weight = valid * self.weigh(torch.remainder(tags, WORD_BEGINS)).exp().transpose(1, 2)
        if torch.onnx.is_in_onnx_export():                        # a bag is no operator of ONNX, and there the table is export.HalfTokens
            total = torch.matmul(weight, self.embed(ids)).squeeze(1)
        else:                                                     # the same sum without (B, L, E), which takes most of the time
            total = nn.functional.embedding_bag(ids, self.token.weight, mode="sum", per_sample_weights=weight.squeeze(1))
        parts = [torch.log1p(valid.sum(2)) / 5, total / MANY]
        parts = torch.cat(parts + [self.present(ids)] if self.config.keywords else parts, 1)
        return nn.functional.linear(parts, self.pool.weight[:, 5 * self.config.width:], self.pool.bias)

    def forward(self, ids, tags):                                 # (B, L), (B, L) -> (B, output)
        if self.body.resting:
            return self.sums(ids, tags)
        embedded = self.embed(ids)
        return self.pooled(*self.states(ids, tags, embedded), ids, embedded)
