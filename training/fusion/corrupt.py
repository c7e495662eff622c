"""
How rows are spoiled for pre-training, so that mending them teaches what belongs together. Masks are of whole words: the
pieces of a word give each other away.
"""

import torch

from fusion.encoder import MASK, PAD, WORD_BEGINS


def words(tags, ids):
    """Number of the word that each token belongs to, from 1 within its document; 0 is padding. (B, L)"""
    begins = tags.ge(WORD_BEGINS).long()
    begins[:, 0] = 1
    return torch.cumsum(begins, 1) * ids.ne(PAD).long()


def choose_words(tags, ids, share: float, generator=None):
    """(B, L) bool: all tokens of about `share` of the words."""
    word = words(tags, ids)
    draw = torch.rand(ids.shape[0], ids.shape[1] + 1, generator=generator, device="cpu").to(ids.device)
    return (draw.gather(1, word) < share) & ids.ne(PAD)


def corrupt_text(ids, tags, masked: float, replaced: float, generator=None):
    """
    Spoiled ids (B, L), where the original has to be told (B, L) bool, and where another token stands instead (B, L) bool.
    A replacement comes from the same batch, so it is as common as what it replaces.
    """
    hide = choose_words(tags, ids, masked, generator)
    swap = choose_words(tags, ids, replaced, generator) & ~hide
    pool = ids[ids.ne(PAD)]
    if len(pool) == 0:
        return ids, hide, swap
    other = pool[torch.randint(len(pool), ids.shape, generator=generator, device="cpu").to(ids.device)]
    spoiled = torch.where(hide, torch.full_like(ids, MASK), torch.where(swap, other, ids))
    return spoiled, hide, swap & spoiled.ne(ids)


def corrupt_fields(features, masked: float, replaced: float, generator=None):
    """
    Features (B, F) with some swapped for another row's, which are hidden (B, F) float, and which are swapped (B, F) bool.
    """
    draw = torch.rand(features.shape, generator=generator, device="cpu").to(features.device)
    hide = draw < masked
    swap = (draw >= masked) & (draw < masked + replaced)
    other = features[torch.randint(len(features), features.shape, generator=generator, device="cpu").to(features.device),
                     torch.arange(features.shape[1], device=features.device)]
    spoiled = torch.where(swap, other, features)
    return spoiled, hide.to(features.dtype), swap & spoiled.ne(features)
