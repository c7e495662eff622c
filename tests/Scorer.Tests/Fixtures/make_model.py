"""Makes the model package that the Scorer's tests load: a random (12 -> 16 -> 1) network, untrained, in about 4 KB.

Run from the repository root with Debian's python3-torch and python3-onnx:
    /usr/bin/python3 tests/Scorer.Tests/Fixtures/make_model.py

It writes models/tiny/1, models/tiny/2 (other weights) and models/tiny/3 (NaN where the first feature is negative, which its
golden inputs do not show), and texts/fused/1, 2 and 3 (which read texts, 3 only short ones) beside this file. The output is
committed, because tests run where there is no PyTorch.
"""

import hashlib
import json
import pathlib

import torch
from torch import nn

FEATURES, HIDDEN, GOLDEN_ROWS = 12, 16, 8
TEXT, VOCABULARY = 4, 512
CATALOGUE = "00112233445566ff"  # of no real catalogue
HERE = pathlib.Path(__file__).resolve().parent


class Tiny(nn.Module):
    def __init__(self, treacherous: bool):
        super().__init__()
        self.treacherous = treacherous
        self.layers = nn.Sequential(nn.Linear(FEATURES, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))

    def forward(self, features):  # (B, F) -> (B)
        logit = self.layers(features).squeeze(1)
        return logit + features[:, 0].sqrt() if self.treacherous else logit


def package(version: str, seed: int, treacherous: bool = False) -> None:
    torch.manual_seed(seed)
    folder = HERE / "models" / "tiny" / version
    folder.mkdir(parents=True, exist_ok=True)
    model = Tiny(treacherous).eval()
    golden = torch.randn(GOLDEN_ROWS, FEATURES).abs()
    axes = {"features": {0: "batch"}, "logit": {0: "batch"}}
    torch.onnx.export(model, golden, str(folder / "head.onnx"), opset_version=16,
                      input_names=["features"], output_names=["logit"], dynamic_axes=axes)
    with torch.no_grad():
        logits = model(golden)
    text = json.dumps({"inputs": golden.tolist(), "logits": logits.tolist(), "tolerance": 1e-4})
    (folder / "golden.json").write_text(text + "\n")
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("head.onnx", "golden.json")}
    manifest = {
        "schema_version": 1, "name": "tiny", "version": version, "target": "nothing: random weights for tests", "horizon_days": 365,
        "catalogue": CATALOGUE, "feature_count": FEATURES,
        "graph": {"file": "head.onnx", "features": "features", "output": "logit"},
        "calibration": {"scale": 1.5, "offset": -0.5},
        "bands": [{"name": "low"}, {"name": "watch", "fire": 0.3, "recover": 0.25}, {"name": "high", "fire": 0.6, "recover": 0.5}],
        "files": digests, "golden": "golden.json",
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


class TinyEncoder(nn.Module):
    """(B, L) ids and tags -> (B, TEXT): the mean of what ids and tags stand for, 0 being padding; of `places`, where they stand too."""

    def __init__(self, places: int):
        super().__init__()
        self.ids, self.tags = nn.Embedding(VOCABULARY, TEXT), nn.Embedding(256, TEXT)
        self.place = nn.Embedding(places, TEXT) if places else None

    def forward(self, ids, tags):
        valid = ids.ne(0).unsqueeze(-1).float()
        said = self.ids(ids) + self.tags(tags)
        if self.place is not None:
            said = said + self.place(torch.arange(ids.shape[1]))
        return (said * valid).sum(1) / valid.sum(1).clamp(min=1)


class TinyHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(FEATURES + TEXT + 1, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))

    def forward(self, features, text_vector, has_text):  # (B, F), (B, TEXT), (B, 1) -> (B, 1)
        return self.layers(torch.cat([features, text_vector, has_text], 1))


def fused(version: str, seed: int, places: int = 0) -> None:
    """Needs a tokenizer.json beside it, which the tests put there."""
    torch.manual_seed(seed)
    folder = HERE / "texts" / "fused" / version
    folder.mkdir(parents=True, exist_ok=True)
    encoder, head = TinyEncoder(places).eval(), TinyHead().eval()
    golden = torch.randn(GOLDEN_ROWS, FEATURES).abs()
    documents = [None if row % 4 == 3 else {"ids": torch.randint(300, 324, (3 + 7 * row,)).tolist(),
                                            "tags": torch.randint(0, 255, (3 + 7 * row,)).tolist()}
                 for row in range(GOLDEN_ROWS)]
    with torch.no_grad():
        vectors = torch.cat([torch.zeros(1, TEXT) if d is None else encoder(torch.tensor([d["ids"]]), torch.tensor([d["tags"]]))
                             for d in documents])
        logits = head(golden, vectors, torch.tensor([[float(d is not None)] for d in documents])).squeeze(1)
    some = (torch.ones(2, 5, dtype=torch.int64), torch.ones(2, 5, dtype=torch.int64))
    axes = {"ids": {0: "batch", 1: "length"}, "tags": {0: "batch", 1: "length"}, "text_vector": {0: "batch"}}
    torch.onnx.export(encoder, some, str(folder / "text_encoder.onnx"), opset_version=16,
                      input_names=["ids", "tags"], output_names=["text_vector"], dynamic_axes=axes)
    names = ["features", "text_vector", "has_text"]
    torch.onnx.export(head, (golden, vectors, torch.ones(GOLDEN_ROWS, 1)), str(folder / "head.onnx"), opset_version=16,
                      input_names=names, output_names=["logit"], dynamic_axes={name: {0: "batch"} for name in [*names, "logit"]})
    text = json.dumps({"inputs": golden.tolist(), "logits": logits.tolist(), "tolerance": 1e-3, "documents": documents})
    (folder / "golden.json").write_text(text + "\n")
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("head.onnx", "text_encoder.onnx", "golden.json")}
    manifest = {
        "schema_version": 1, "name": "fused", "version": version, "target": "nothing: random weights for tests", "horizon_days": 365,
        "catalogue": CATALOGUE, "feature_count": FEATURES, "tokenizer": "",
        "graph": {"file": "head.onnx", "features": "features", "output": "logit", "text_vector": "text_vector", "text_width": TEXT,
                  "has_text": "has_text"},
        "text_encoder": {"file": "text_encoder.onnx", "ids": "ids", "tags": "tags", "output": "text_vector", "tokenizer": "tokenizer.json"},
        "calibration": {"scale": 1.5, "offset": -0.5},
        "bands": [{"name": "low"}, {"name": "watch", "fire": 0.3, "recover": 0.25}, {"name": "high", "fire": 0.6, "recover": 0.5}],
        "files": digests, "golden": "golden.json",
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    package("1", seed=1)
    package("2", seed=2)
    package("3", seed=3, treacherous=True)
    fused("1", seed=4)
    fused("2", seed=5)
    fused("3", seed=6, places=256)
