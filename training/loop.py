"""
The training loop of every network: epochs of shuffled batches, stopped on the valid slice, resumed after an interruption.

    best = descend(net, loss, valid_logits, optimiser, rows=split.train, ...)

After each epoch everything that the next one needs (weights, optimiser, random states, best weights so far) is in
<folder>/epoch.pt, so a run that is started again goes on with the next epoch, with the same numbers as one that was not stopped.
"""

import math
import time
from pathlib import Path

import numpy as np
import torch

import metrics
from calibration import log_loss
from fusion import resume


def descend(net, loss_of, logits_of, valid_label, optimiser, rows: int, *, folder: Path, seed: int, batch=1024, epochs=50, patience=8,
            shift=0.0, valid_weight=None, warmup=0, decay=True, clip=0.0, say=print, report=None, drop_last=True) -> list[dict]:
    """
    loss_of(index tensor) -> loss of one batch of training rows 0..rows-1; logits_of() -> logits of the valid slice as a NumPy array.
    valid_weight stands for rows that were left out of the valid slice. The net keeps the weights of the epoch with the least valid
    log loss. Learning rate: linear warm-up, then half a cosine to a tenth.
    """
    base = [group["lr"] for group in optimiser.param_groups]
    steps = max(1, rows // batch if drop_last and rows > batch else math.ceil(rows / batch))
    shuffle = torch.Generator().manual_seed(seed)
    path, history = folder / "epoch.pt", []
    best, kept, weights, first = math.inf, -1, None, 0
    state = resume.read(folder, "epoch")
    if state:
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["random"])
        shuffle.set_state(state["shuffle"])
        best, kept, weights, first, history = state["best"], state["kept"], state["weights"], state["epoch"] + 1, state["history"]
        if weights is not None and first - 1 - kept >= patience:
            first = epochs
        say(f"goes on after epoch {state['epoch'] + 1}")
    for epoch in range(first, epochs):
        net.train()
        total, seen, started = 0.0, 0, time.monotonic()
        for step, index in enumerate(torch.randperm(rows, generator=shuffle)[: steps * batch].split(batch)):
            rate = rate_at(epoch * steps + step, epochs * steps, warmup, decay)
            for group, b in zip(optimiser.param_groups, base):
                group["lr"] = b * rate
            loss = loss_of(index)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            if clip:
                torch.nn.utils.clip_grad_norm_(net.parameters(), clip)
            optimiser.step()
            total, seen = total + float(loss.detach()) * len(index), seen + len(index)
        if hasattr(optimiser, "settle"):
            optimiser.settle()                                   # Lookahead: judge the slow weights
        net.eval()
        with torch.no_grad():
            z = logits_of()
        valid = weighted_log_loss(z + shift, valid_label, valid_weight)
        history.append({"epoch": epoch + 1, "train": total / seen, "valid": valid, "auc": metrics.auc(z, valid_label),
                        "seconds": time.monotonic() - started})
        if not math.isfinite(valid):
            raise ValueError(f"the loss is {valid} after epoch {epoch + 1}; a lower learning rate may help")
        if valid < best:
            best, kept = valid, epoch
            weights = {name: value.detach().cpu().clone() for name, value in net.state_dict().items()}
        if hasattr(optimiser, "resume"):
            optimiser.resume()
        save(path, {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "random": torch.get_rng_state(),
                    "shuffle": shuffle.get_state(), "best": best, "kept": kept, "weights": weights, "epoch": epoch, "history": history})
        if epoch % 5 == 0 or epoch - kept >= patience or epoch == epochs - 1:
            say(f"epoch {epoch + 1}: train {total / seen:.5f}, valid {valid:.5f}, auc {history[-1]['auc']:.4f}, "
                f"{history[-1]['seconds']:.1f} s")
        if epoch - kept >= patience or (report and report(epoch, valid)):
            break
    if kept == epochs - 1 and epochs > first:
        say(f"the last of {epochs} epochs was the best; more may help (setting epochs)")
    net.load_state_dict(weights)
    net.eval()
    return history


def weighted_log_loss(logit, label, weight=None) -> float:
    return log_loss(logit, label) if weight is None else float(np.average(np.logaddexp(0, logit) - label * logit, weights=weight))


def rate_at(step: int, steps: int, warmup: int, decay: bool) -> float:
    if step < warmup:
        return (step + 1) / warmup
    return 0.1 + 0.45 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup))) if decay else 1.0


def save(path: Path, state: dict) -> None:
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


@torch.no_grad()
def in_batches(net, tensors, device, size=None):
    """
    net over batches of tensors of the same length; the outputs joined, on the CPU. `size` rows at once: on a CPU few, because what
    members of an ensemble make of a row is large, and stays in its cache then.
    """
    net.eval()
    size = size or (512 if torch.device(device).type == "cpu" else 8192)
    return torch.cat([net(*(t[i: i + size].to(device) for t in tensors)).float().cpu() for i in range(0, len(tensors[0]), size)])
