"""
Rung 3: stacking. Logistic regression, boosting, extremely random trees and (where there are texts) TF-IDF are scored out of fold by
company; a logistic regression over their log-odds decides. Rows outside training get the mean of the folds' models.
"""

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from calibration import log_odds
from dataclasses import replace
from inputs import Inputs, folds, trees
from ladder.boosting import SETTINGS, boosted
from ladder.logistic import linear
from ladder.rungs import Fitted, Rung, register
from tfidf import Score


@register
class Stacking(Rung):
    number, name, weight = "3", "stacking", 2
    reads_text = True
    settings = {**SETTINGS, "folds": 5, "c": 0.01, "forest_trees": 100, "forest_leaf": 10, "text_c": [0.03, 0.1, 0.3, 1.0]}

    def fit(self, data, split, seed, config, say):
        train, y = split.train, data.y[split.train]
        fold, inputs = folds(data, train, config.folds, seed), Inputs(data, train, "quantile")
        x, held, members = inputs.one_hot(train), np.zeros((len(train), 3)), []
        for k in range(config.folds):
            rows, out = fold != k, fold == k
            members.append(self.members(data, replace(split, train=train[rows]), x[rows], seed, config))
            held[out] = self.scores(members[-1], x[out], train[out])
            say(f"fold {k + 1} of {config.folds}")
        text = Score(data, split, seed, config.text_c, config.folds, None, say) if "text" in data.has else None

        def columns(rows):
            z = inputs.one_hot(rows)
            return np.mean([self.scores(models, z, rows) for models in members], axis=0)

        def with_text(z, rows):
            return z if text is None else np.concatenate([z, text.of(rows)[:, None]], 1)

        meta = linear(with_text(held, train), y, 1.0)
        weights = dict(zip(["logistic", "boosting", "forest", "text"], meta.coef_[0].round(3).tolist()))
        say(f"weights {weights}")
        return Fitted(lambda rows: meta.decision_function(with_text(columns(rows), rows)), notes={"weights": weights})

    @staticmethod
    def members(data, split, x, seed, config):
        """Fitted to the rows of split.train, which are x to linear models and the forest."""
        y, quiet = data.y[split.train], lambda text: None
        logistic = linear(x, y, config.c)
        boosting = boosted(lambda rows: trees(data, rows), data, split, seed, config, quiet)
        forest = ExtraTreesClassifier(config.forest_trees, min_samples_leaf=config.forest_leaf, max_features=0.3, random_state=seed,
                                      n_jobs=config.threads).fit(x, y)
        return logistic, boosting, forest

    @staticmethod
    def scores(models, x, rows) -> np.ndarray:
        """(B, 3) log-odds of rows, which are x to linear models and the forest."""
        logistic, boosting, forest = models
        p = forest.predict_proba(x)[:, 1]
        return np.stack([logistic.decision_function(x), boosting.logits(rows), log_odds(np.clip(p, 1e-4, 1 - 1e-4))], 1)
