"""
Rung 2: gradient boosting on the raw features, stopped on the valid slice. LightGBM, or scikit-learn's HistGradientBoosting where it
is missing.
"""

import numpy as np

import wheels
from calibration import log_loss
from inputs import trees
from ladder.rungs import Fitted, Rung, register

SETTINGS = {"learning_rate": 0.03, "leaves": 15, "min_child": 50, "columns": 0.5, "rows": 0.8, "l2": 5.0, "rounds": 2000, "patience": 150}


@register
class Boosting(Rung):
    number, name = "2", "gradient boosting"
    settings = SETTINGS

    def fit(self, data, split, seed, config, say):
        return boosted(lambda rows: trees(data, rows), data, split, seed, config, say)

    def space(self, trial):
        return space(trial)


def space(trial) -> dict:
    return {"learning_rate": trial.suggest_float("learning_rate", 0.01, 0.1, log=True),
            "leaves": trial.suggest_int("leaves", 4, 63, log=True),
            "min_child": trial.suggest_int("min_child", 10, 400, log=True), "columns": trial.suggest_float("columns", 0.1, 1.0),
            "rows": trial.suggest_float("rows", 0.5, 1.0), "l2": trial.suggest_float("l2", 0.01, 100, log=True)}


def boosted(columns, data, split, seed: int, config, say) -> Fitted:
    """Boosting over columns(rows) -> (B, F); the last columns are codes where the data has categorical fields."""
    x, xv = columns(split.train), columns(split.valid)
    y, yv = data.y[split.train], data.y[split.valid]
    coded = [] if data.categorical is None else [x.shape[1] - data.categorical.shape[1] + j for j in range(data.categorical.shape[1])]
    fit = lightgbm if wheels.offer("lightgbm") else sklearn
    score, history, notes = fit(x, y, xv, yv, coded, split.shift, seed, config)
    say(f"{notes['package']}, {notes['trees']} trees, valid log loss {notes['valid_loss']:.5f}")
    return Fitted(lambda rows: score(columns(rows)), history, notes)


def lightgbm(x, y, xv, yv, coded, shift, seed, s):
    import lightgbm as lgb
    curve = {}

    def shifted(p, held):      # of log-odds, with the true base rate
        z = np.log(p / (1 - p)) + shift
        return "log_loss", log_loss(z, held.get_label()), False

    stops = [lgb.early_stopping(s.patience, verbose=False), lgb.record_evaluation(curve)]
    if s.report:
        stops.append(lambda env: s.report(env.iteration, env.evaluation_result_list[0][2]) and _stop(env))
    model = lgb.train(
        {"objective": "binary", "metric": "None", "learning_rate": s.learning_rate, "num_leaves": s.leaves, "min_data_in_leaf": s.min_child,
         "feature_fraction": s.columns, "bagging_fraction": s.rows, "bagging_freq": 1, "lambda_l2": s.l2, "seed": seed,
         "num_threads": s.threads, "deterministic": True, "force_row_wise": True, "verbosity": -1, "cat_smooth": 20},
        lgb.Dataset(x, y, categorical_feature=coded, free_raw_data=True), s.rounds,
        valid_sets=[lgb.Dataset(xv, yv, categorical_feature=coded)], valid_names=["valid"], feval=shifted, callbacks=stops)
    losses = curve["valid"]["log_loss"]
    history = [{"epoch": i + 1, "valid": losses[i]} for i in range(0, len(losses), max(1, len(losses) // 100))]
    trees_kept = model.best_iteration or len(losses)
    return (lambda rows: model.predict(rows, raw_score=True, num_iteration=trees_kept, num_threads=s.threads)), history, \
        {"package": f"lightgbm {lgb.__version__}", "trees": trees_kept, "valid_loss": min(losses)}


def _stop(env):
    import lightgbm as lgb
    raise lgb.callback.EarlyStopException(env.iteration, env.evaluation_result_list)


def sklearn(x, y, xv, yv, coded, shift, seed, s):
    """Without LightGBM: as many trees as are best on the valid slice."""
    import sklearn
    from sklearn.ensemble import HistGradientBoostingClassifier
    mask = np.zeros(x.shape[1], bool)
    mask[[j for j in coded if x[:, j].max() < 255]] = True
    rounds = min(s.rounds, 400)
    model = HistGradientBoostingClassifier(
        learning_rate=s.learning_rate, max_leaf_nodes=s.leaves, min_samples_leaf=s.min_child, l2_regularization=s.l2, max_iter=rounds,
        early_stopping=False, random_state=seed, categorical_features=mask if mask.any() else None).fit(x, y)
    losses = [log_loss(z.ravel() + shift, yv) for z in model._staged_raw_predict(xv)]
    best = int(np.argmin(losses))

    def score(rows):
        for i, z in enumerate(model._staged_raw_predict(rows)):
            if i == best:
                return z.ravel()

    history = [{"epoch": i + 1, "valid": losses[i]} for i in range(0, len(losses), max(1, len(losses) // 100))]
    return score, history, {"package": f"scikit-learn {sklearn.__version__} HistGradientBoosting (LightGBM is missing)",
                            "trees": best + 1, "valid_loss": losses[best]}
