"""Makes the model package that the Scorer's tests load: a random (12 -> 16 -> 1) network, untrained, in about 4 KB.

Run from the repository root with Debian's python3-torch and python3-onnx:
    /usr/bin/python3 tests/Scorer.Tests/Fixtures/make_model.py

It writes models/tiny/1, models/tiny/2 (other weights) and models/tiny/3 (NaN where the first feature is negative, which its
golden inputs do not show) beside this file. The output is committed, because tests run where there is no PyTorch.
"""

import hashlib
import json
import pathlib

import torch
from torch import nn

FEATURES, HIDDEN, GOLDEN_ROWS = 12, 16, 8
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


if __name__ == "__main__":
    package("1", seed=1)
    package("2", seed=2)
    package("3", seed=3, treacherous=True)
