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
from tfidf import shared


@register
class Stacking(Rung):
    number, name, weight = "3", "stacking", 2
    reads_text = True
    settings = {**SETTINGS, "folds": 5, "c": 0.01, "forest_trees": 100, "forest_leaf": 10, "text_c": [0.03, 0.1, 0.3, 1.0]}

    def fit(self, data, split, seed, config, say):
        train, y = split.train, data.y[split.train]
        fold, inputs = folds(data, train, config.folds, seed), Inputs(data, train, "quantile")
        held = np.zeros((len(train), 3))
        members = []                                              # one list of three scores a fold
        for k in range(config.folds):
            rows, out = train[fold != k], fold == k
            models = self.members(data, replace(split, train=rows), inputs, seed, config)
            held[out] = np.stack([score(train[out]) for score in models], 1)
            members.append(models)
            say(f"fold {k + 1} of {config.folds}")
        text = shared(data, split, seed, config.text_c, config.folds, None, say) if "text" in data.has else None

        def columns(rows):
            return np.mean([np.stack([score(rows) for score in models], 1) for models in members], axis=0)

        def with_text(z, rows):
            return z if text is None else np.concatenate([z, text.of(rows)[:, None]], 1)

        meta = linear(with_text(held, train), y, 1.0)
        weights = dict(zip(["logistic", "boosting", "forest", "text"], meta.coef_[0].round(3).tolist()))
        say(f"weights {weights}")
        return Fitted(lambda rows: meta.decision_function(with_text(columns(rows), rows)), notes={"weights": weights})

    @staticmethod
    def members(data, split, inputs, seed, config):
        y = data.y[split.train]
        logistic = linear(inputs.one_hot(split.train), y, config.c)
        quiet = lambda text: None
        boosting = boosted(lambda rows: trees(data, rows), data, split, seed, config, quiet)
        forest = ExtraTreesClassifier(config.forest_trees, min_samples_leaf=config.forest_leaf, max_features=0.3, random_state=seed,
                                      n_jobs=config.threads).fit(inputs.one_hot(split.train), y)
        odds = lambda p: log_odds(np.clip(p, 1e-4, 1 - 1e-4))
        return [lambda rows: logistic.decision_function(inputs.one_hot(rows)), boosting.logits, lambda rows: odds(forest.predict_proba(inputs.one_hot(rows))[:, 1])]
