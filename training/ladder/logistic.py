"""Rung 1: logistic regression on standardised features; its strength of regularisation is chosen on the valid slice."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

import metrics
from calibration import log_loss
from inputs import Inputs
from ladder.rungs import Fitted, Rung, register


@register
class Logistic(Rung):
    number, name = "1", "logistic regression"
    seeded = False
    settings = {"c": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1.0], "kind": "quantile", "max_iter": 500}

    def fit(self, data, split, seed, config, say):
        inputs, best = Inputs(data, split.train, config.kind), None
        x, xv = inputs.one_hot(split.train), inputs.one_hot(split.valid)
        for c in config.c if isinstance(config.c, list) else [config.c]:
            model = linear(x, data.y[split.train], c, config.max_iter)
            z = model.decision_function(xv)
            loss = log_loss(z + split.shift, data.y[split.valid])
            say(f"C {c:g}: valid log loss {loss:.5f}, auc {metrics.auc(z, data.y[split.valid]):.4f}")
            if best is None or loss < best[0]:
                best = loss, c, model
        _, c, model = best
        return Fitted(lambda rows: model.decision_function(inputs.one_hot(rows)), notes={"c": c})

    def space(self, trial):
        return {"c": trial.suggest_float("c", 1e-4, 10, log=True), "kind": trial.suggest_categorical("kind", ["standard", "quantile"])}


def linear(x, y, c: float, max_iter=500) -> LogisticRegression:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)     # a coefficient in its last digits changes no rank
        return LogisticRegression(C=c, max_iter=max_iter, tol=1e-4).fit(np.asarray(x, np.float64), y)
