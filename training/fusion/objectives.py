"""
Joint pre-training: one spoiled pass over rows without labels, five questions.

    words     which word was hidden, told from its neighbours and the company's features (whole-word masks)
    fields    what the hidden features were, told from the fused vector
    contrast  which text belongs to which company's features (InfoNCE, Oord et al. 2018, both ways)
    detect    which tokens and which features are another company's (Clark et al. 2020, ELECTRA, without its generator)
    usual     what features are usual with this text: what a company's differ from (fused.py)
    next      which events follow, and when: each type comes at a rate that the fused vector gives
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from fusion import corrupt
from fusion.encoder import RESERVED

TOLD = 1024     # hidden tokens of a batch that are asked for, at most: the softmax costs as much as the encoder
FAR = 5.0       # a standardised feature is told up to here


class Objectives(nn.Module):
    """The parts that pre-training needs besides the model; thrown away afterwards. `types` 0: no event sequences."""

    def __init__(self, model, settings, types: int):
        super().__init__()
        head, self.settings, self.types = model.head, settings, types
        width = head.config.width
        self.text = model.encoder is not None
        self.fused = head.config.tabular
        if self.text:
            encoder = model.encoder
            self.word = nn.Linear(encoder.config.width, encoder.config.embedding)
            self.told = nn.Linear(width, encoder.config.embedding)          # what the features say about the word
            self.gist = nn.Linear(encoder.config.output, encoder.config.embedding)   # what the whole document says about it
            self.odd_word = nn.Linear(encoder.config.width, 1)
            self.of_text = nn.Linear(encoder.config.output, width)
        if self.fused:
            self.field = nn.Linear(width, head.config.features)
            self.odd_field = nn.Linear(width, head.config.features)
            self.of_fields = nn.Linear(width, width)
            self.register_buffer("mean", torch.zeros(head.config.features))
            self.register_buffer("std", torch.ones(head.config.features))
        self.heat = nn.Parameter(torch.tensor(2.0))                         # InfoNCE's log inverse temperature
        if types:
            self.rate = nn.Linear(width, types)

    def fit(self, features, counts=None, exposure=None) -> "Objectives":
        """Takes the scale of features (N, F), and the base rate of each type of event, from pre-training rows."""
        if self.fused:
            known = torch.nan_to_num(features.double())
            self.mean.copy_(known.mean(0))
            self.std.copy_(known.std(0).clamp(min=1e-6))
        if counts is not None:
            nn.init.zeros_(self.rate.weight)
            self.rate.bias.data.copy_(torch.log((counts.sum(0) + 0.5) / (exposure.sum() + 1.0)))
        return self

    def forward(self, model, rows, batch, future=None, generator=None, table=None) -> dict:
        """
        Loss of each objective for one batch of rows; those without anything to say are missing. With a `table` of documents and their
        vectors the encoder rests, and what is asked of texts alone is left out.
        """
        s, losses = self.settings, {}
        encoder, head = model.encoder, model.head
        features, hidden, swapped = corrupt.corrupt_fields(batch.features, s.hidden_fields, s.replaced_fields, generator)
        t = head.tabular(features, hidden, batch.events)                    # (B, width)
        vector, has_text = None, batch.has_text
        if table is not None:
            vector = table[1][rows.tensor(np.searchsorted(table[0], batch.documents))][batch.of]
            has_text = has_text * (torch.rand(has_text.shape, generator=generator) >= s.text_dropout).to(has_text)
        elif self.text:
            ids, tags = rows.tokens(batch.documents)                        # (U, L)
            spoiled, masked, odd = corrupt.corrupt_text(ids, tags, s.masked, s.replaced, generator)
            whole, states = self.read(encoder, spoiled, tags)
            vector = whole[batch.of]                                        # (B, D)
            first = first_row(batch.of, len(ids))                           # (U,): a row that has this document
            if s.weight_words and masked.any():
                losses["words"] = self.words(encoder, states, self.gist(whole) + (self.told(t[first]) if self.fused else 0), ids, masked)
            if s.weight_detect and ids.gt(0).any() and states is not None:
                asked = ids.gt(0) & ~masked
                losses["detect"] = F.binary_cross_entropy_with_logits(self.odd_word(states[asked]).squeeze(-1), odd[asked].to(states.dtype))
            if s.weight_contrast and self.fused:
                losses["contrast"] = self.contrast(t, vector, batch)
        usual = head.usual(vector) if head.usual is not None else None
        z = head.join(t, features, vector, has_text, hidden, usual)
        if usual is not None and s.weight_usual:
            losses["usual"] = head.usual_loss(batch.features, usual, batch.has_text)
        if self.fused and s.weight_fields:
            target = ((torch.nan_to_num(batch.features) - self.mean) / self.std).clamp(-FAR, FAR)
            asked = hidden * (~torch.isnan(batch.features)).to(hidden.dtype)
            losses["fields"] = (F.smooth_l1_loss(self.field(z), target, reduction="none") * asked).sum() / asked.sum().clamp(min=1.0)
        if self.fused and s.weight_detect:
            losses["odd_fields"] = F.binary_cross_entropy_with_logits(self.odd_field(z), swapped.to(z.dtype))
        if self.types and future is not None and s.weight_next:
            losses["next"] = self.next(z, *future)
        return losses

    def total(self, losses: dict):
        """Weighted sum of the objectives."""
        s = self.settings
        weight = {"words": s.weight_words, "fields": s.weight_fields, "contrast": s.weight_contrast, "detect": s.weight_detect,
                  "odd_fields": s.weight_detect, "next": s.weight_next, "usual": s.weight_usual}
        return sum(weight[name] * loss for name, loss in losses.items())

    @staticmethod
    def read(encoder, ids, tags):
        """
        Vectors (U, D) of documents, and their states (U, L, d): none where the layers rest, and a word is told from document and
        features alone.
        """
        if encoder.body.resting:
            return encoder.sums(ids, tags), None
        embedded = encoder.embed(ids)
        states, valid = encoder.states(ids, tags, embedded)
        return encoder.pooled(states, valid, ids, embedded), states[:, 1:]

    def words(self, encoder, states, known, ids, masked):
        """Cross-entropy of hidden tokens among the batch's own tokens: a softmax over all 16 k would cost more than the encoder."""
        candidates, target = torch.unique(ids[ids >= RESERVED], return_inverse=True)
        place = torch.zeros_like(ids)
        place[ids >= RESERVED] = target
        asked = (masked & (ids >= RESERVED)).nonzero()                      # (A, 2)
        asked = asked[torch.randperm(len(asked), device=asked.device)[:TOLD]].unbind(1)
        if len(asked[0]) == 0:
            return known.sum() * 0
        told = known[asked[0]] if states is None else self.word(states[asked]) + known[asked[0]]
        return F.cross_entropy(torch.matmul(told, encoder.token.weight[candidates].T) / told.shape[-1] ** 0.5, place[asked])

    def contrast(self, t, vector, batch):
        """InfoNCE over the batch's rows with text; rows that share a document are not told apart."""
        there = batch.has_text.squeeze(1) > 0
        if there.sum() < 2:
            return t.sum() * 0
        a, b = F.normalize(self.of_fields(t[there]), dim=1), F.normalize(self.of_text(vector[there]), dim=1)
        score = torch.matmul(a, b.T) * self.heat.clamp(max=4.0).exp()
        same = batch.of[there].unsqueeze(0) == batch.of[there].unsqueeze(1)
        itself = torch.eye(len(score), dtype=torch.bool, device=score.device)
        score = score.masked_fill(same & ~itself, -1e4)
        target = torch.arange(len(score), device=score.device)
        return (F.cross_entropy(score, target) + F.cross_entropy(score.T, target)) / 2

    def next(self, z, counts, exposure):
        """
        Negative log-likelihood of all events that follow within the exposure, each type a Poisson process whose rate z gives:
        the law of the next event, its type and its waiting time, applied to one event after another.
        """
        rate = self.rate(z).clamp(-12.0, 6.0)                               # (B, types): log of events a year
        loss = rate.exp() * exposure.unsqueeze(1) - counts * rate
        return loss.sum(1).mean() / 4



def first_row(of, documents: int):
    """(documents,) a batch row for each document; row 0 for the empty document where no row has it."""
    first = torch.zeros(documents, dtype=torch.long, device=of.device)
    return first.scatter(0, of, torch.arange(len(of), device=of.device))
