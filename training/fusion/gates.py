"""
What a pair of graphs has to pass before it becomes a package. Each gate gives the largest difference that it saw; a difference
beyond LIMIT refuses the package, in one sentence.
"""

from pathlib import Path

import numpy as np
import torch

import wheels
from dataset import Refused

LIMIT = 1e-5
BATCHES, LENGTHS = (1, 3, 64), (8, 96, 0)       # 0: the encoder's longest


def check(model, folder: Path, golden: dict) -> dict:
    """Runs every gate; returns what each saw. Without ONNX Runtime only the graphs' form is checked, and the manifest says so."""
    import onnx
    for name in ("text_encoder.onnx", "head.onnx"):
        onnx.checker.check_model(str(folder / name))
    if not wheels.offer("onnxruntime"):
        return {"form": "only: onnxruntime was not installed"}
    import onnxruntime
    encoder, head = (onnxruntime.InferenceSession(str(folder / name), providers=["CPUExecutionProvider"])
                     for name in ("text_encoder.onnx", "head.onnx"))
    encode = lambda ids, tags: encoder.run(["text_vector"], {"ids": ids, "tags": tags})[0]
    score = lambda x, vector, there: head.run(["logit"], {"features": x, "text_vector": vector, "has_text": there})[0]
    seen = {
        "encoder_vs_pytorch": encoder_vs_pytorch(model, encode), "head_vs_pytorch": head_vs_pytorch(model, score, golden),
        "padding": padding(model, encode), "batch_mates": batch_mates(model, encode), "cached_vs_fresh": cached_vs_fresh(model, encode),
        "missing_text": missing_text(model, score, golden), "golden": golden_rows(encode, score, golden),
    }
    for gate, difference in seen.items():
        limit = golden["tolerance"] if gate == "golden" else LIMIT
        if not difference <= limit:
            raise Refused(f"gate {gate}: the graphs differ by {difference:.2g}; allowed is {limit:g}")
    return {**{gate: float(f"{difference:.2g}") for gate, difference in seen.items()}, "limit": LIMIT, "batches": list(BATCHES),
            "lengths": [length or model.encoder.config.length for length in LENGTHS], "onnxruntime": onnxruntime.__version__}


def same_golden(folder: Path, golden: dict) -> None:
    """Refuses graphs that do not give the golden logits (a package that was changed without its checkpoint)."""
    import onnx
    for name in ("text_encoder.onnx", "head.onnx"):
        onnx.checker.check_model(str(folder / name))
    if not wheels.offer("onnxruntime"):
        return
    import onnxruntime
    encoder, head = (onnxruntime.InferenceSession(str(folder / name), providers=["CPUExecutionProvider"])
                     for name in ("text_encoder.onnx", "head.onnx"))
    difference = golden_rows(
        lambda ids, tags: encoder.run(["text_vector"], {"ids": ids, "tags": tags})[0],
        lambda x, vector, there: head.run(["logit"], {"features": x, "text_vector": vector, "has_text": there})[0], golden)
    if not difference <= golden["tolerance"]:
        raise Refused(f"gate golden: the graphs differ by {difference:.2g}; allowed is {golden['tolerance']:g}")


def documents(model, batch: int, length: int, seed: int = 0):
    """Made-up documents (batch, length) of mixed lengths, the first as long as may be."""
    random, longest = np.random.default_rng(seed), length or model.encoder.config.length
    ids, tags = random.integers(16, model.encoder.config.vocabulary, (batch, longest)), random.integers(0, 256, (batch, longest))
    ends = np.maximum(1, random.integers(1, longest + 1, batch))
    ends[0] = longest
    hidden = np.arange(longest) >= ends[:, None]
    return np.where(hidden, 0, ids), np.where(hidden, 0, tags)


def largest(a, b) -> float:
    return float(np.abs(np.asarray(a, np.float64) - np.asarray(b, np.float64)).max())


@torch.no_grad()
def encoder_vs_pytorch(model, encode) -> float:
    worst = 0.0
    for batch in BATCHES:
        for length in LENGTHS:
            ids, tags = documents(model, batch, length)
            worst = max(worst, largest(encode(ids, tags), model.encoder(torch.from_numpy(ids), torch.from_numpy(tags)).numpy()))
    return worst


@torch.no_grad()
def head_vs_pytorch(model, score, golden) -> float:
    random, worst = np.random.default_rng(1), 0.0
    rows = np.array(golden["inputs"], np.float32)
    for batch in BATCHES:
        x = rows[random.integers(0, len(rows), batch)]
        vector = random.normal(size=(batch, model.head.config.text)).astype(np.float32)
        there = (random.random((batch, 1)) < 0.7).astype(np.float32)
        worst = max(worst, largest(
            score(x, vector, there), model.head(torch.from_numpy(x), torch.from_numpy(vector), torch.from_numpy(there)).numpy()))
    return worst


def padding(model, encode) -> float:
    """A document in a wider batch says the same."""
    ids, tags = documents(model, 3, model.encoder.config.length // 2)
    wide = lambda part: np.pad(part, ((0, 0), (0, model.encoder.config.length - part.shape[1])))
    return largest(encode(ids, tags), encode(wide(ids), wide(tags)))


def batch_mates(model, encode) -> float:
    """A document among others says the same as alone."""
    ids, tags = documents(model, 16, 0)
    together = encode(ids, tags)
    return max(largest(together[i: i + 1], encode(ids[i: i + 1], tags[i: i + 1])) for i in range(len(ids)))


def cached_vs_fresh(model, encode) -> float:
    """As the Scorer keeps vectors: a document encoded a second time, in another batch and without its padding, is the same vector."""
    ids, tags = documents(model, 8, 96, seed=2)
    kept, worst = encode(ids, tags), 0.0
    for i in range(8):
        end = int((ids[i] != 0).sum())
        worst = max(worst, largest(kept[i], encode(ids[[i, 0], :max(end, 1)], tags[[i, 0], :max(end, 1)])[0]))
    return worst


def missing_text(model, score, golden) -> float:
    """Without a text the vector says nothing, and the logit is a number."""
    x = np.array(golden["inputs"], np.float32)
    none, noise = (np.zeros((len(x), 1), np.float32),
                   np.random.default_rng(3).normal(size=(len(x), model.head.config.text)).astype(np.float32))
    said = score(x, noise, none)
    return largest(said, score(x, np.zeros_like(noise), none)) if np.isfinite(said).all() else float("inf")


def golden_rows(encode, score, golden) -> float:
    """Both graphs together give the golden logits, with vectors of half precision."""
    vectors = [encode(np.array([d["ids"]]), np.array([d["tags"]]))[0] if d else None for d in golden["documents"]]
    width = next(len(v) for v in vectors if v is not None)
    vector = np.stack([np.zeros(width, np.float32) if v is None else v.astype(np.float16).astype(np.float32) for v in vectors])
    there = np.array([[float(v is not None)] for v in vectors], np.float32)
    return largest(score(np.array(golden["inputs"], np.float32), vector, there)[:, 0], golden["logits"])
