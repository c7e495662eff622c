"""
The loop of pre-training: rows without labels in, a model that has read all companies out. Resumable, and it says how it goes.
"""

import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch

from fusion.future import Future
from fusion.objectives import Objectives
from fusion.resume import load, save


def pretrain(model, rows, which, until: int, settings, seed: int, folder: Path | None, say) -> list[dict]:
    """
    Trains `model` in place on rows `which`; nothing observed from `until` on is read. Returns the losses, one entry a look.
    `folder`/pretrain.pt is what an interrupted run goes on from.
    """
    s, random = settings, np.random.default_rng(seed)
    future = Future(rows.data, until) if rows.data.events is not None and s.weight_next else None
    generator = torch.Generator().manual_seed(seed)
    sample = random.choice(which, min(len(which), 4000), replace=False)
    counts = [torch.from_numpy(part) for part in future.of(sample)[:2]] if future else []
    objectives = Objectives(model, s, future.types if future else 0).to(rows.device).fit(rows.batch(sample).features.cpu(), *counts)
    everything = torch.nn.ModuleList([model, objectives])
    optimiser = torch.optim.AdamW(everything.parameters(), s.pretrain_lr, weight_decay=0.01, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: warm_then_cosine(step, s.pretrain_steps))
    half = torch.autocast(rows.device.type, torch.bfloat16) if s.bf16 else nullcontext()
    order, history, recent, began = Shuffled(which, rows.data.group, random), [], {}, time.monotonic()
    parts, step = {"model": everything, "optimiser": optimiser, "schedule": schedule}, 0
    before = load(folder, "pretrain", s, **parts)
    if before:
        step, history = before["step"], before["history"]
        generator.set_state(before["generator"])
        order.go_on(before["order"])
    model.train()
    while step < s.pretrain_steps:
        chosen = order.next(s.pretrain_batch)
        batch = rows.batch(chosen)
        after = [rows.tensor(part) for part in future.of(chosen)[:2]] if future else None
        with half:
            losses = objectives(model, rows, batch, after, generator)
            loss = objectives.total(losses)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(everything.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        step += 1
        if s.redraw and step % s.redraw == 0 and model.encoder is not None:
            model.encoder.body.redraw()
        for name, value in losses.items():
            recent.setdefault(name, []).append(value.detach())
        if step % 50 == 0 or step == s.pretrain_steps:
            told = {name: float(torch.stack(values).mean()) for name, values in recent.items()}
            history.append({"step": step, **told})
            recent = {}
            if step % 200 == 0 or step == s.pretrain_steps:
                say(f"pre-training {step} of {s.pretrain_steps}: " + ", ".join(f"{n} {v:.3f}" for n, v in told.items())
                    + f"; {time.monotonic() - began:.0f} s")
                save(folder, "pretrain", s, {"step": step, "history": history, "generator": generator.get_state(), "order": order.state()}, **parts)
    return history


def warm_then_cosine(step: int, steps: int) -> float:
    """Factor of the learning rate: up over the first twentieth, then down to a twentieth."""
    warm = max(1, steps // 20)
    return min(1.0, (step + 1) / warm) * (0.05 + 0.95 * (1 + np.cos(np.pi * min(1.0, step / max(1, steps)))) / 2)


class Shuffled:
    """Rows in random order, company after company, so that a batch has few rows of one company."""

    def __init__(self, which, company, random):
        self.which, self.company, self.random, self.queue = np.asarray(which), company, random, np.zeros(0, np.int64)

    def state(self):
        return self.random.bit_generator.state, self.queue

    def go_on(self, state) -> None:
        self.random.bit_generator.state, self.queue = state

    def next(self, count: int) -> np.ndarray:
        while len(self.queue) < count:
            shuffled = self.random.permutation(self.which)
            owner = self.company[shuffled]
            turn = np.empty(len(owner), np.int64)                           # the how-manieth row of its company this is
            order = np.argsort(owner, kind="stable")
            starts = np.flatnonzero(np.r_[True, np.diff(owner[order]) != 0])
            turn[order] = np.arange(len(owner)) - np.repeat(starts, np.diff(np.r_[starts, len(owner)]))
            self.queue = np.concatenate([self.queue, shuffled[np.argsort(turn, kind="stable")]])
        taken, self.queue = self.queue[:count], self.queue[count:]
        return taken
