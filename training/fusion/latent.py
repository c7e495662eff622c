"""
Where pre-training begins: tokens that come in the same documents are alike (latent semantic analysis, Deerwester et al. 1990).

Two seconds of linear algebra give a token table whose plain sums over a document are its place along the directions in which documents
differ most, whitened. Gradient steps would need thousands to find them; from here they have only to bend them towards what matters.
"""

import numpy as np
import torch
from scipy import sparse

from fusion.encoder import MANY, RESERVED

DOCUMENTS, RARE = 20_000, 5     # documents that are read; a token in fewer of them has no direction
FAINT = 1e-3                    # of the largest singular value: a direction below is none


def counts(texts, documents) -> sparse.csr_matrix:
    """(documents, vocabulary) how often each token is there."""
    ids = [np.asarray(texts.tokens(int(number)), np.int64) for number in documents]
    where = np.repeat(np.arange(len(ids)), [len(i) for i in ids])
    return sparse.csr_matrix((np.ones(len(where), np.float32), (where, np.concatenate(ids))), (len(ids), texts.vocabulary))


def directions(texts, documents, width: int, seed: int):
    """
    (vocabulary, width) table and (width,) mean, so that the sum of a document's rows, less the mean, has variance 1 along each direction;
    fewer directions than `width` where the documents have no more.
    """
    from sklearn.utils.extmath import randomized_svd
    bag = counts(texts, documents)
    seen = np.asarray((bag > 0).sum(0)).ravel()
    weight = np.log((1 + len(documents)) / (1 + seen)) * (seen >= RARE)
    weight[:RESERVED] = 0
    damped = bag.copy()
    damped.data = np.log1p(damped.data)
    width = min(width, int((weight > 0).sum()) - 1, len(documents) - 1)
    if width < 1:
        return None
    _, size, found = randomized_svd(damped @ sparse.diags(weight.astype(np.float32)), width, n_iter=3, random_state=seed)
    found = found[size > FAINT * size[0]]                                    # documents may differ in fewer ways;
                                                                             # the rest is rounding, blown up
    table = (found * weight).T                                               # (V, width)
    said = bag @ table
    spread = said.std(0) + 1e-6
    return (table / spread).astype(np.float32), (said.mean(0) / spread).astype(np.float32)


@torch.no_grad()
def begin(encoder, texts, rows, seed: int) -> int:
    """Puts the directions of the rows' documents into an encoder with fresh weights; how many there are."""
    random, documents = np.random.default_rng(seed), np.unique(texts.document[rows])
    documents = documents[documents >= 0]
    documents = np.sort(random.permutation(documents)[:DOCUMENTS])
    found = directions(texts, documents, min(encoder.config.embedding, encoder.config.output), seed) if len(documents) > RARE else None
    if found is None:
        return 0
    table, mean = (torch.from_numpy(part) for part in found)
    width, bag = table.shape[1], encoder.pool.in_features - encoder.config.keywords - encoder.config.embedding
    encoder.token.weight[RESERVED:, :width] = table[RESERVED:]
    encoder.pool.weight[:width] *= 0.1                                       # the other poolings come later
    encoder.pool.weight[:width, bag: bag + encoder.config.embedding] = 0
    encoder.pool.weight[torch.arange(width), bag + torch.arange(width)] = MANY
    encoder.pool.bias[:width] = -mean
    return width
