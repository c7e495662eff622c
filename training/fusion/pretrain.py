"""
The loop of pre-training: rows without labels in, a model that has read all companies out. Resumable, and it says how it goes.
"""

import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch

from fusion import latent
from fusion.future import Counted, Future
from fusion.objectives import Objectives
from fusion.resume import finished, load, save
from fusion.rows import vectors

PASSES = 20     # the head sees a row so many times at most: of few rows it would learn companies by heart


def pretrain(model, rows, which, until: int, settings, seed: int, folder: Path | None, say) -> tuple[list[dict], torch.nn.Linear | None]:
    """
    Trains `model` in place on rows `which`; nothing observed from `until` on is read. Returns the losses, one entry a look, and the
    layer that foretells events from the head's last layer, where there are events.
    Three turns: with the encoder's layers at rest (ReZero starts them at 0, so nothing is lost but their cost), with them, and the
    head alone over vectors that stay, which is so cheap that it sees every row many times. An interrupted run goes on from
    `folder`/pretrain-<turn>.pt.
    """
    s, random = settings, np.random.default_rng(seed)
    if s.latent and model.encoder is not None and not finished(folder, "pretrain-sums", s.pretraining(), s.rest_steps):
        say(f"tokens begin with {latent.begin(model.encoder, rows.data.texts, which, seed)} directions of {latent.DOCUMENTS:,} documents")
    future = Future(rows.data, until) if rows.data.events is not None and s.weight_next else None
    generator = torch.Generator().manual_seed(seed)
    sample = random.choice(which, min(len(which), 4000), replace=False)
    counts = [torch.from_numpy(part) for part in future.counts(sample)] if future else []
    objectives = Objectives(model, s, future.types if future else 0).to(rows.device).fit(rows.batch(sample).features.cpu(), *counts)
    everything = torch.nn.ModuleList([model, objectives])
    order, history = Shuffled(which, rows.data.group, random), []
    enough = max(1, PASSES * min(len(which), s.head_rows) // s.head_batch)
    turns = [("head", min(s.head_steps, enough) if objectives.fused or objectives.types else 0, s.head_batch, s.pretrain_lr)]
    if model.encoder is not None:
        turns = [("sums", s.rest_steps, s.rest_batch, s.rest_lr),
                 ("layers", s.pretrain_steps if s.layers else 0, s.pretrain_batch, s.pretrain_lr), *turns]
    for name, steps, size, lr in turns:
        table = None
        if model.encoder is not None:
            model.encoder.body.resting = name == "sums" or not s.layers
            if name == "head" and steps and not finished(folder, "pretrain-head", s.pretraining(), steps):
                some = np.sort(random.permutation(which)[: s.head_rows])
                order, table = Shuffled(some, rows.data.group, random), kept(model, rows, some, say)
                future = Counted(future, some) if future else None
        history += turn(name, steps, size, lr, everything, model, objectives, rows, future, order, generator, s, folder, say, table)
    return history, objectives.rate if objectives.types else None


def kept(model, rows, which, say):
    """Numbers of the documents of rows, and their vectors, which do not change while the head learns."""
    documents = np.unique(np.concatenate([[-1], rows.data.texts.document[which]]))
    say(f"encoding {len(documents):,} documents for the head")
    return documents, torch.from_numpy(vectors(model.encoder, rows, documents)).to(rows.device)


def turn(name, steps, size, lr, everything, model, objectives, rows, future, order, generator, s, folder, say, table) -> list[dict]:
    """`steps` batches of `size` rows with a learning rate that rises and falls."""
    optimiser = torch.optim.AdamW(everything.parameters(), lr, weight_decay=0.01, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: warm_then_cosine(step, steps))
    half = torch.autocast(rows.device.type, torch.bfloat16) if s.bf16 else nullcontext()
    history, recent, began = [], {}, time.monotonic()
    parts, step = {"model": everything, "optimiser": optimiser, "schedule": schedule}, 0
    before = load(folder, f"pretrain-{name}", s.pretraining(), **parts) if steps else None
    if before:
        step, history = before["step"], before["history"]
        generator.set_state(before["generator"])
        order.go_on(before["order"])
    model.train()
    if table is not None:
        model.encoder.eval()
    while step < steps:
        chosen = order.next(size)
        batch = rows.batch(chosen)
        after = [rows.tensor(part) for part in future.counts(chosen)] if future else None
        with half:
            losses = objectives(model, rows, batch, after, generator, table)
            loss = objectives.total(losses)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(everything.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        step += 1
        if s.redraw and step % s.redraw == 0 and model.encoder is not None:
            model.encoder.body.redraw()
        for key, value in losses.items():
            recent.setdefault(key, []).append(value.detach())
        if step % 50 == 0 or step == steps:
            told = {key: float(torch.stack(values).mean()) for key, values in recent.items()}
            history.append({"turn": name, "step": step, **told})
            recent = {}
            if step % 200 == 0 or step == steps:
                say(f"pre-training ({name}) {step} of {steps}: " + ", ".join(f"{key} {v:.3f}" for key, v in told.items())
                    + f"; {time.monotonic() - began:.0f} s")
                save(folder, f"pretrain-{name}", s.pretraining(), {
                    "step": step, "history": history, "generator": generator.get_state(), "order": order.state()}, **parts)
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
