"""
Rung 2b, the rival: gradient boosting over the features and out-of-fold TF-IDF scores of the texts, one of all words and one for each
segment.
"""

import numpy as np

from dataset import Refused
from inputs import trees
from ladder.boosting import SETTINGS, boosted, space
from ladder.rungs import Fitted, Rung, register
from tfidf import Score


@register
class BoostingText(Rung):
    number, name, weight = "2b", "boosting + out-of-fold TF-IDF", 2
    needs, reads_text = {"text"}, True
    settings = {**SETTINGS, "text_c": [0.03, 0.1, 0.3, 1.0], "folds": 5, "segments": True}

    def fit(self, data, split, seed, config, say) -> Fitted:
        kinds = [None] + ([0, 1, 2] if config.segments and data.texts is not None else [])
        scores = []
        for kind in kinds:
            try:
                scores.append(Score(data, split, seed, config.text_c, config.folds, kind, say))
            except Refused:
                if kind is None:
                    raise
                say(f"segment {kind} has no words in the training rows")

        def columns(rows):      # scores first: codes of categorical fields stay last
            return np.concatenate([np.stack([score.of(rows) for score in scores], 1).astype(np.float32), trees(data, rows)], 1)

        fitted = boosted(columns, data, split, seed, config, say)
        fitted.notes.update(text_c=[score.c for score in scores])
        return fitted

    def space(self, trial):
        return {**space(trial), "segments": trial.suggest_categorical("segments", [True, False])}
