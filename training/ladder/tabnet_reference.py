"""Rung 4r: pytorch-tabnet, the reference for rung 4: the same inputs, sizes, batches, epochs and learning rate."""

import warnings

import numpy as np

import wheels
from calibration import log_odds
from inputs import Inputs
from ladder.rungs import Fitted, Rung, register
from ladder.tabnet import TabNetRung
from loop import weighted_log_loss
from networks import batch_of, some_of


@register
class TabNetReference(Rung):
    number, name, weight = "4r", "pytorch-tabnet", 2
    needs = {"pytorch_tabnet"}
    settings = {name: value for name, value in TabNetRung.settings.items() if name not in ("warmup",)}
    settings_full = TabNetRung.settings_full

    def fit(self, data, split, seed, config, say):
        wheels.offer("pytorch_tabnet")
        from pytorch_tabnet.callbacks import Callback
        from pytorch_tabnet.metrics import Metric
        from pytorch_tabnet.pretraining import TabNetPretrainer
        from pytorch_tabnet.tab_model import TabNetClassifier
        import torch
        inputs = Inputs(data, split.train, config.kind)
        columns = lambda rows: np.concatenate([inputs.numeric(rows), inputs.codes(rows).astype(np.float32)], 1)
        odds = lambda p: log_odds(np.clip(p[:, 1].astype(float), 1e-7, 1 - 1e-7))
        y, shift, curve = data.y[split.train].astype(int), split.shift, []
        judged, weight = some_of(split.valid, data.y[split.valid])          # as our networks do

        class ShiftedLogLoss(Metric):
            def __init__(self):
                self._name, self._maximize = "shifted", False

            def __call__(self, label, p):
                return weighted_log_loss(odds(p) + shift, label, weight)

        class Say(Callback):
            def on_epoch_end(self, epoch, logs=None):
                curve.append({"epoch": epoch + 1, "train": float(logs["loss"]), "valid": float(logs.get("valid_shifted", np.nan))})
                if epoch % 5 == 0:
                    say(f"epoch {epoch + 1}: train {curve[-1]['train']:.5f}, valid {curve[-1]['valid']:.5f}")

        common = dict(
            n_d=config.decide, n_a=config.attend, n_steps=config.steps, gamma=config.gamma, lambda_sparse=config.sparsity,
            seed=seed, verbose=0, clip_value=1,
            cat_idxs=[inputs.width + j for j in range(len(inputs.categories))], cat_dims=inputs.categories,
            cat_emb_dim=[max(1, min(16, round(n**0.5))) for n in inputs.categories] or 1,
            optimizer_fn=torch.optim.AdamW, optimizer_params={"lr": config.learning_rate, "weight_decay": config.weight_decay},
            device_name=config.device, scheduler_fn=torch.optim.lr_scheduler.CosineAnnealingLR,
            scheduler_params={"T_max": config.epochs, "eta_min": config.learning_rate / 10})
        given = lambda rows: dict(batch_size=(size := batch_of(config, len(rows))), virtual_batch_size=min(config.ghost, size),
                                  num_workers=0, drop_last=True, pin_memory=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            before = None
            if config.pretrain_epochs:
                some = np.random.default_rng(seed).permutation(split.unlabelled)[: config.pretrain_rows]
                before = TabNetPretrainer(**common)
                before.fit(columns(some), max_epochs=config.pretrain_epochs, patience=0, pretraining_ratio=config.hidden, **given(some))
                say(f"pre-trained for {config.pretrain_epochs} epochs")
            net = TabNetClassifier(**common)
            net.fit(columns(split.train), y, eval_set=[(columns(judged), data.y[judged].astype(int))], eval_name=["valid"],
                    eval_metric=[ShiftedLogLoss], max_epochs=config.epochs, patience=config.patience, from_unsupervised=before,
                    callbacks=[Say()], compute_importance=False, **given(split.train))
        return Fitted(lambda rows: odds(net.predict_proba(columns(rows))), curve,
                      {"epochs": len(curve), "parameters": sum(p.numel() for p in net.network.parameters())})
