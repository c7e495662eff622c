"""Rung 5: AdaTabNet (../adatabnet.py) with the Ada-ranger optimizer (../ranger.py)."""

import torch

from adatabnet import SWITCHES, AdaTabNet
from inputs import Inputs
from ladder.rungs import Rung, register
from networks import base_rate, fit_network

SHAPE = ("width", "dimensions", "bins", "steps", "blocks", "heads", "dropout", "gamma", "ponder")


@register
class AdaTabNetRung(Rung):
    number, name, weight = "5", "AdaTabNet + Ada-ranger", 3
    settings = {**SWITCHES, "width": 64, "dimensions": 8, "bins": 16, "steps": 1, "blocks": 1, "heads": 8, "dropout": 0.15,
                "gamma": 1.5, "ponder": 1e-3, "optimiser": "ada-ranger", "learning_rate": 3e-3, "weight_decay": 0.01, "warmup": 20,
                "batch": 512, "epochs": 20, "patience": 4, "kind": "quantile"}
    settings_full = {"width": 192, "dimensions": 16, "bins": 48, "blocks": 2, "heads": 16, "batch": 4096, "epochs": 100,
                     "patience": 16}

    def fit(self, data, split, seed, config, say):
        torch.manual_seed(seed)
        inputs = Inputs(data, split.train, config.kind)
        net = AdaTabNet(torch.from_numpy(inputs.numeric(split.train)), inputs.categories, base_rate(data.y[split.train]),
                        **{name: config.settings[name] for name in (*SHAPE, *SWITCHES)})
        fitted = fit_network(net, inputs, data, split, seed, config, say, clip=0.0 if config.optimiser == "ada-ranger" else 1.0)
        if config.settings["sharpness"]:
            fitted.notes["sharpness"] = [round(float(s), 3) for s in net.sharp.exp()]
        return fitted

    def space(self, trial):
        return {"width": trial.suggest_categorical("width", [32, 64, 96]),
                "dimensions": trial.suggest_categorical("dimensions", [4, 8, 12]),
                "bins": trial.suggest_int("bins", 4, 48, log=True), "steps": trial.suggest_int("steps", 1, 3),
                "linear": trial.suggest_categorical("linear", [True, False]),
                "blocks": trial.suggest_int("blocks", 1, 2), "dropout": trial.suggest_float("dropout", 0.0, 0.5),
                "learning_rate": trial.suggest_float("learning_rate", 5e-4, 1e-2, log=True),
                "weight_decay": trial.suggest_float("weight_decay", 1e-4, 0.1, log=True)}
