"""
Sparse softmaxes: the entmax family, whose outputs are probabilities of which many are exactly 0.

    sparsemax(z)          alpha = 2     Martins and Astudillo, "From softmax to sparsemax", 2016
    entmax15(z)           alpha = 1.5   Peters, Niculae and Martins, "Sparse sequence-to-sequence models", 2019

Both solve max_p p·z + H_alpha(p) exactly by sorting the last dimension; the gradient needs the output alone.
"""

import torch


class _Sparsemax(torch.autograd.Function):
    @staticmethod
    def forward(context, z):                                   # (..., n)
        z = z - z.max(-1, keepdim=True).values
        ordered = z.sort(-1, descending=True).values
        k = torch.arange(1, z.shape[-1] + 1, device=z.device, dtype=z.dtype)
        total = ordered.cumsum(-1) - 1
        size = (k * ordered > total).sum(-1, keepdim=True).clamp(min=1)      # of the support; NaN has none, and stays NaN
        tau = total.gather(-1, size - 1) / size
        p = (z - tau).clamp(min=0)
        context.save_for_backward(p)
        return p

    @staticmethod
    def backward(context, grad):                               # the projection of grad on the support, without its mean
        support = (context.saved_tensors[0] > 0).to(grad.dtype)
        mean = (grad * support).sum(-1, keepdim=True) / support.sum(-1, keepdim=True)
        return support * (grad - mean)


class _Entmax15(torch.autograd.Function):
    @staticmethod
    def forward(context, z):                                   # (..., n); p_i = max(0, z_i / 2 - tau)²
        z = (z - z.max(-1, keepdim=True).values) / 2
        ordered = z.sort(-1, descending=True).values
        k = torch.arange(1, z.shape[-1] + 1, device=z.device, dtype=z.dtype)
        mean, square = ordered.cumsum(-1) / k, (ordered * ordered).cumsum(-1) / k
        tau = mean - ((1 - k * (square - mean * mean)) / k).clamp(min=0).sqrt()
        size = (tau <= ordered).sum(-1, keepdim=True).clamp(min=1)
        p = (z - tau.gather(-1, size - 1)).clamp(min=0) ** 2
        context.save_for_backward(p)
        return p

    @staticmethod
    def backward(context, grad):
        root = context.saved_tensors[0].sqrt()
        total = root.sum(-1, keepdim=True)
        return root * (grad - (grad * root).sum(-1, keepdim=True) / total)


def sparsemax(z):
    return _Sparsemax.apply(z)


def entmax15(z):
    return _Entmax15.apply(z)
