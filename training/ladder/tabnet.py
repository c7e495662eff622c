"""Rung 4: our TabNet (../tabnet.py), pre-trained on all rows that may be used without labels, then tuned."""

import torch

from inputs import Inputs
from ladder.rungs import Rung, register
from loop import save
from networks import base_rate, fit_network
from tabnet import Pretraining, TabNet


@register
class TabNetRung(Rung):
    number, name = "4", "TabNet (ours)"
    settings = {"decide": 16, "attend": 16, "steps": 3, "gamma": 1.5, "sparsity": 1e-4, "ghost": 256, "batch": 1024, "epochs": 20,
                "patience": 5, "learning_rate": 0.01, "weight_decay": 1e-5, "warmup": 20, "pretrain_epochs": 3,
                "pretrain_rows": 60_000, "hidden": 0.2, "kind": "quantile"}
    settings_full = {"decide": 32, "attend": 32, "steps": 5, "batch": 8192, "epochs": 100, "pretrain_epochs": 20,
                     "pretrain_rows": 5_000_000}

    def fit(self, data, split, seed, config, say):
        torch.manual_seed(seed)
        inputs = Inputs(data, split.train, config.kind)
        net = TabNet(inputs.width, inputs.categories, config.decide, config.attend, config.steps,
                     gamma=config.gamma, sparsity=config.sparsity, ghost=config.ghost)
        if config.pretrain_epochs and not (config.folder / "epoch.pt").exists():
            pretrain(net.to(config.device), inputs, split.unlabelled, seed, config, say)
        with torch.no_grad():
            net.bias.fill_(base_rate(data.y[split.train]))
        return fit_network(net, inputs, data, split, seed, config, say, clip=1.0)

    def space(self, trial):
        width = trial.suggest_categorical("decide", [8, 16, 24, 32])
        return {"decide": width, "attend": width, "steps": trial.suggest_int("steps", 2, 6),
                "gamma": trial.suggest_float("gamma", 1.0, 2.0), "sparsity": trial.suggest_float("sparsity", 1e-6, 1e-2, log=True),
                "learning_rate": trial.suggest_float("learning_rate", 2e-3, 3e-2, log=True),
                "ghost": trial.suggest_categorical("ghost", [128, 256, 512]),
                "pretrain_epochs": trial.suggest_categorical("pretrain_epochs", [0, 3])}


def pretrain(net: TabNet, inputs: Inputs, rows, seed: int, config, say) -> None:
    """Epochs of the masked-feature task; finished ones survive an interruption."""
    random = torch.Generator().manual_seed(seed)
    some = rows[torch.randperm(len(rows), generator=random)[: config.pretrain_rows].numpy()]
    z, codes = torch.from_numpy(inputs.numeric(some)), torch.from_numpy(inputs.codes(some))
    task = Pretraining(net, config.hidden, config.ghost).to(config.device)
    optimiser = torch.optim.Adam(task.parameters(), config.learning_rate)
    path, first = config.folder / "pretrain.pt", 0
    if path.exists():
        state = torch.load(path, map_location="cpu")
        task.load_state_dict(state["task"])
        optimiser.load_state_dict(state["optimiser"])
        random.set_state(state["random"])
        first = state["epoch"] + 1
    task.train()
    for epoch in range(first, config.pretrain_epochs):
        total, steps = 0.0, 0
        for index in torch.randperm(len(z), generator=random).split(config.batch):
            if len(index) < 2:
                continue
            loss = task.loss(z[index].to(config.device), codes[index].to(config.device), random)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(task.parameters(), 1.0)
            optimiser.step()
            total, steps = total + float(loss.detach()), steps + 1
        say(f"pre-training epoch {epoch + 1} of {config.pretrain_epochs}: "
            f"{total / steps:.4f} of a hidden column's variance is not reconstructed")
        save(path, {"task": task.state_dict(), "optimiser": optimiser.state_dict(), "random": random.get_state(), "epoch": epoch})
