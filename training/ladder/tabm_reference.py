"""
Rung 4t: TabM (Gorishniy et al., ICLR 2025), from its authors' package, with piecewise-linear embeddings: today's strongest plain
network.
"""

import torch
from torch import nn

import wheels
from inputs import Inputs
from ladder.rungs import Rung, register
from networks import base_rate, fit_network


@register
class TabM(Rung):
    number, name = "4t", "TabM"
    needs = {"tabm"}
    settings = {"members": 8, "blocks": 2, "width": 96, "dropout": 0.1, "bins": 16, "embedding": 4, "batch": 512, "epochs": 10,
                "patience": 3, "learning_rate": 2e-3, "weight_decay": 3e-3, "kind": "quantile"}
    settings_full = {"members": 32, "blocks": 3, "width": 512, "embedding": 16, "bins": 48, "batch": 4096, "epochs": 100, "patience": 16}

    def fit(self, data, split, seed, config, say):
        torch.manual_seed(seed)
        inputs = Inputs(data, split.train, config.kind)
        net = Members(inputs, split.train, config)
        return fit_network(net, inputs, data, split, seed, config, say, clip=1.0)

    def space(self, trial):
        return {"blocks": trial.suggest_int("blocks", 1, 3), "width": trial.suggest_categorical("width", [64, 128, 192]),
                "dropout": trial.suggest_float("dropout", 0.0, 0.5),
                "embedding": trial.suggest_categorical("embedding", [4, 8, 12]), "bins": trial.suggest_int("bins", 4, 48, log=True),
                "learning_rate": trial.suggest_float("learning_rate", 3e-4, 5e-3, log=True),
                "weight_decay": trial.suggest_float("weight_decay", 1e-4, 1e-1, log=True)}


class Members(nn.Module):
    """The package's TabM with our network interface: (B, K) logits."""

    def __init__(self, inputs: Inputs, rows, config):
        super().__init__()
        wheels.offer("tabm")
        import rtdl_num_embeddings
        import tabm
        z = torch.from_numpy(inputs.numeric(rows))
        embeddings = rtdl_num_embeddings.PiecewiseLinearEmbeddings(
            rtdl_num_embeddings.compute_bins(z, n_bins=config.bins), config.embedding, activation=False, version="B"
        ) if inputs.width else None
        self.net = tabm.TabM.make(n_num_features=inputs.width, cat_cardinalities=inputs.categories or None, d_out=1,
                                  num_embeddings=embeddings, k=config.members, n_blocks=config.blocks, d_block=config.width,
                                  dropout=config.dropout)
        self.bias = nn.Parameter(torch.tensor(base_rate(inputs.data.y[rows])))
        self.penalty = 0.0

    def forward(self, z, codes):
        return self.net(z if z.shape[1] else None, codes if codes.shape[1] else None).squeeze(-1) + self.bias
