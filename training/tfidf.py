"""
An out-of-fold TF-IDF score of texts: how risky the words alone look, without a row having been scored by a model that saw its company.

Over token ids of an export (1- and 2-grams of ids), or over characters of raw text (a table's text columns). The strength of
regularisation is chosen by the out-of-fold log loss. Training rows get the score of the fold that left their company out; other rows
the mean over the folds' models.
"""

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

import metrics
from dataset import Refused
from calibration import log_loss
from inputs import folds
from ladder.logistic import linear


ROWS = 30_000       # whose words are in memory at once


class Words:
    """TF-IDF rows of a data set's texts; the vocabulary and its weights are of the training rows only."""

    def __init__(self, data, rows, ngrams=2, min_documents=5, most=50_000, segment=None):
        self.data, self.ngrams, self.segment, self.seen = data, ngrams, segment, {}
        counts, owner = self._unique(rows)
        common = np.asarray((counts > 0).sum(0)).ravel() >= min_documents
        if common.sum() > most:
            total = np.asarray(counts.sum(0)).ravel() * common
            common &= total >= np.partition(total, -most)[-most]
        self.columns = np.flatnonzero(common)
        if not len(self.columns):
            raise Refused(f"no word is in {min_documents} of the training rows' texts")
        self.weights = TfidfTransformer(sublinear_tf=True).fit(counts[:, self.columns][owner])
        self.place = np.full(counts.shape[1], -1)                                # of a counted gram among the columns that are kept
        self.place[self.columns] = np.arange(len(self.columns))

    def of(self, rows) -> sparse.csr_matrix:
        """(B, words)"""
        counts, owner = self._unique(rows, self.place)
        return self.weights.transform(counts)[owner]

    def _unique(self, rows, place=None):
        """Counts of each distinct document (of what has a place, where places are given), and which of them each row has."""
        rows = np.asarray(rows)
        if self.data.texts is None:
            return self._counted(self.data.raw_text(rows), place), np.arange(len(rows))
        documents, owner = np.unique(self.data.texts.document[rows], return_inverse=True)
        return self._counted([self._ids(int(d)) for d in documents], place), owner

    def _ids(self, document: int):
        texts = self.data.texts
        ids = texts.tokens(document)
        if self.segment is not None and len(ids):
            ids = ids[texts.segment(texts.token_tag[texts.start[document]: texts.start[document + 1]]) == self.segment]
        return ids

    def _counted(self, documents, place) -> sparse.csr_matrix:
        if self.data.texts is None:
            if not hasattr(self, "letters"):
                self.letters = CountVectorizer(analyzer="char_wb", ngram_range=(1, 4), min_df=2, lowercase=True).fit(documents)
            counts = self.letters.transform(documents).astype(np.float64)
            return counts if place is None else counts[:, self.columns]
        return self._grams(documents, place)

    def _grams(self, documents, place) -> sparse.csr_matrix:
        """(D, vocabulary + hashed pairs), or (D, places): counts of ids and of neighbouring ids."""
        size, buckets = self.data.texts.vocabulary, 1 << 18
        lengths = np.array([len(d) for d in documents])
        ids = np.concatenate([np.asarray(d, np.int64) for d in documents] or [np.zeros(0, np.int64)])
        where = np.repeat(np.arange(len(documents)), lengths)
        columns, rows = [ids], [where]
        if self.ngrams > 1 and len(ids) > 1:
            together = where[1:] == where[:-1]
            pair = (ids[:-1] * 1_000_003 + ids[1:]) % buckets
            columns.append(size + pair[together])
            rows.append(where[1:][together])
        columns, rows, width = np.concatenate(columns), np.concatenate(rows), size + buckets
        if place is not None:
            columns, width = place[columns], len(self.columns)
            rows, columns = rows[columns >= 0], columns[columns >= 0]
        return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), (len(documents), width))


class Score:
    """One column a segment (or one in all): out of fold on the training rows."""

    def __init__(self, data, split, seed, c=(0.03, 0.1, 0.3, 1.0, 3.0), count=5, segment=None, say=lambda text: None, min_documents=5):
        train, y = split.train, data.y[split.train]
        self.words = Words(data, train, min_documents=min_documents, segment=segment)
        fold, x = folds(data, train, count, seed), self.words.of(train)
        best = None
        for strength in c:
            held, models = np.empty(len(train)), []
            for k in range(count):
                models.append(linear_sparse(x[fold != k], y[fold != k], strength))
                held[fold == k] = models[-1].decision_function(x[fold == k])
            loss = log_loss(held, y)
            if best is None or loss < best[0]:
                best = loss, strength, held, models
        self.loss, self.c, self.train, self.models = best
        self.rows = {int(row): score for row, score in zip(train, self.train)}
        self.told = {}      # rows -> their scores: every slice is asked for more than once
        say(f"text score{'' if segment is None else f' of segment {segment}'}: {len(self.words.columns):,} words, C {self.c:g}, "
            f"out-of-fold auc {metrics.auc(self.train, y):.4f}, "
            f"valid auc {metrics.auc(self.of(split.valid), data.y[split.valid]):.4f}")

    def of(self, rows) -> np.ndarray:
        """(B,) log-odds; a training row by the model that has not seen its company."""
        key = np.asarray(rows).tobytes()
        if key not in self.told:
            found = np.concatenate([self._mean(part) for part in np.array_split(rows, 1 + len(rows) // ROWS)])
            own = np.fromiter((self.rows.get(int(row), np.nan) for row in rows), float, len(rows))
            self.told[key] = np.where(np.isnan(own), found, own)
        return self.told[key]

    def _mean(self, rows) -> np.ndarray:
        """(B,) mean over the folds' models."""
        x = self.words.of(rows)
        return np.mean([model.decision_function(x) for model in self.models], axis=0)


def linear_sparse(x, y, c):
    from sklearn.linear_model import LogisticRegression
    return LogisticRegression(C=c, solver="liblinear", dual=True, max_iter=1000, random_state=0).fit(x, y)
