"""
Ada-ranger: one optimizer with four parts, each of which can be switched off. With all off it is AdamW.

    rectify     rectified Adam: no adaptive step while the variance of 1/sqrt(v) is intractable   (Liu et al. 2020, arXiv 1908.03265)
    lookahead   every k steps the slow weights go half-way to the fast ones, which start again there  (Zhang et al. 2019, arXiv 1907.08610)
    centralise  gradients of matrices lose their mean over inputs                                   (Yong et al. 2020, arXiv 2004.01461)
    clip        adaptive clipping: a unit's gradient norm is at most clip times its weights' norm      (Brock et al. 2021, arXiv 2102.06171)

Weight decay is decoupled. settle() puts the slow weights into the model for judging it, resume() the fast ones back.
"""

import math

import torch
from torch.optim import Optimizer


class AdaRanger(Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, rectify=True, lookahead=6, slow=0.5,
                 centralise=True, clip=0.02, floor=1e-3):
        if lr < 0 or eps < 0 or weight_decay < 0 or clip < 0 or lookahead < 0 or not 0 < slow <= 1 or not all(0 <= b < 1 for b in betas):
            raise ValueError("AdaRanger: lr, eps, weight_decay, clip and lookahead are at least 0, slow is in (0, 1], betas in [0, 1)")
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, rectify=rectify, lookahead=lookahead,
                                      slow=slow, centralise=centralise, clip=clip, floor=floor))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self._update(p, group)
        return loss

    def _update(self, p, g) -> None:
        if p.grad.is_sparse:
            raise RuntimeError("AdaRanger takes dense gradients only")
        state, grad = self.state[p], p.grad
        if not state:
            state["step"] = 0
            state["mean"], state["square"] = torch.zeros_like(p), torch.zeros_like(p)
            if g["lookahead"]:
                state["slow"] = p.detach().clone()
        if g["clip"]:
            grad = clipped(p, grad, g["clip"], g["floor"])
        if g["centralise"] and grad.dim() > 1:
            grad = grad - grad.mean(dim=tuple(range(1, grad.dim())), keepdim=True)
        beta1, beta2 = g["betas"]
        state["step"] += 1
        t = state["step"]
        state["mean"].mul_(beta1).add_(grad, alpha=1 - beta1)
        state["square"].mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        if g["weight_decay"]:
            p.mul_(1 - g["lr"] * g["weight_decay"])
        first, second = 1 - beta1**t, 1 - beta2**t
        if not g["rectify"]:
            p.addcdiv_(state["mean"], (state["square"] / second).sqrt_().add_(g["eps"]), value=-g["lr"] / first)
        else:
            limit = 2 / (1 - beta2) - 1
            length = limit - 2 * t * beta2**t / second             # of the moving average, in independent samples
            if length > 5:
                r = math.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length))
                p.addcdiv_(state["mean"], state["square"].sqrt().add_(g["eps"]), value=-g["lr"] * r * math.sqrt(second) / first)
            else:
                p.add_(state["mean"], alpha=-g["lr"] / first)
        if g["lookahead"] and t % g["lookahead"] == 0:
            state["slow"].lerp_(p, g["slow"])
            p.copy_(state["slow"])

    @torch.no_grad()
    def settle(self) -> None:
        """Puts the slow weights into the parameters; does nothing without Lookahead, or twice."""
        for p, state in self._looking():
            if "fast" not in state:
                state["fast"] = p.detach().clone()
                p.copy_(state["slow"])

    @torch.no_grad()
    def resume(self) -> None:
        """Puts the fast weights back."""
        for p, state in self._looking():
            if "fast" in state:
                p.copy_(state.pop("fast"))

    def _looking(self):
        return [(p, self.state[p]) for g in self.param_groups if g["lookahead"] for p in g["params"] if "slow" in self.state.get(p, {})]


def clipped(p, grad, clip: float, floor: float):
    """Unit-wise: rows of matrices, vectors as a whole. Biases and gains that start at 0 may grow by the floor."""
    over = tuple(range(1, p.dim()))
    norm = lambda v: v.norm(dim=over, keepdim=True) if over else v.norm()
    most = norm(p).clamp(min=floor) * clip
    size = norm(grad)
    return torch.where(size > most, grad * (most / size.clamp(min=1e-12)), grad)
