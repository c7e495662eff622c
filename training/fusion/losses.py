"""What fine-tuning minimises. Everything takes logits (B,) and labels (B,) in {0., 1.} and gives one number."""

import torch
from torch.nn import functional as F

QUARTERS = 4


def binary(logit, label, smoothing: float = 0.0, focal: float = 0.0, weight=None):
    """
    Cross-entropy; `smoothing` moves labels towards 1/2 (Szegedy et al. 2016), `focal` is gamma of Lin et al. 2017: rows that
    are already right count less. `weight` (B,) per row.
    """
    each = F.binary_cross_entropy_with_logits(logit, label * (1 - smoothing) + smoothing / 2, reduction="none")
    if focal:
        right = torch.sigmoid(torch.where(label > 0.5, logit, -logit))
        each = each * (1 - right).detach() ** focal
    return (each * weight).sum() / weight.sum() if weight is not None else each.mean()


def hazard(logits, quarter):
    """
    Discrete-time survival: logits (B, 4) of defaulting in each quarter, given survival until then; quarter (B,) 0..3, -1 survived
    all four, -2 not known. A row speaks for the quarters that it entered.
    """
    at = torch.arange(QUARTERS, device=logits.device)
    entered = (quarter.unsqueeze(1) == -1) | (at <= quarter.unsqueeze(1))
    happened = (at == quarter.unsqueeze(1)).to(logits.dtype)
    each = F.binary_cross_entropy_with_logits(logits, happened, reduction="none") * entered.to(logits.dtype)
    return each.sum() / max(1, len(quarter))


def supervised_contrast(z, label, heat: float = 0.2):
    """Khosla et al. 2020, for positives: a defaulter's neighbours should be defaulters. z (B, width)."""
    z = F.normalize(z, dim=1)
    score = torch.matmul(z, z.T) / heat
    itself = torch.eye(len(z), dtype=torch.bool, device=z.device)
    score = score.masked_fill(itself, -1e4)
    friend = (label.unsqueeze(0) > 0.5) & (label.unsqueeze(1) > 0.5) & ~itself
    asked = friend.any(1)
    if not asked.any():
        return z.sum() * 0
    log = F.log_softmax(score, 1)
    return -((log * friend).sum(1)[asked] / friend.sum(1)[asked]).mean()


def triplet(z, label, margin: float = 0.5):
    """Hardest triplets of the batch (Hermans et al. 2017): each positive, its furthest positive, its nearest negative."""
    z = F.normalize(z, dim=1)
    positive, negative = z[label > 0.5], z[label <= 0.5]
    if len(positive) < 2 or len(negative) < 1:
        return z.sum() * 0
    distance = lambda a, b: (2 - 2 * torch.matmul(a, b.T)).clamp(min=1e-6).sqrt()
    furthest, nearest = distance(positive, positive).amax(1), distance(positive, negative).amin(1)
    return F.relu(margin + furthest - nearest).mean()
