import hashlib
import json

import numpy as np
import onnx
import pytest
import torch

import export_onnx
from dataset import Refused
from export_onnx import package
from tabular import TabularNet


def test_package_holds_what_the_scorer_reads(checkpoint, tmp_path):
    place = package(checkpoint, tmp_path, "made-up", "2026.11.0", catalogue="00112233445566aa")
    manifest = json.loads((place / "manifest.json").read_text("utf-8"))
    assert (manifest["name"], manifest["version"], manifest["feature_count"], manifest["horizon_days"]) == ("made-up", "2026.11.0", 4, 180)
    assert manifest["graph"] == {"file": "model.onnx", "features": "features", "output": "logit", "text_width": 0}
    assert manifest["calibration"]["scale"] > 0 and [b["name"] for b in manifest["bands"]] == ["low", "watch", "high"]
    for file, digest in manifest["files"].items():
        assert hashlib.sha256((place / file).read_bytes()).hexdigest() == digest
    assert set(manifest["files"]) == {p.name for p in place.iterdir()} - {"manifest.json"}
    assert (tmp_path / "made-up" / "CURRENT").read_text() == "2026.11.0\n"


def test_graph_has_a_dynamic_batch_and_one_logit_a_row(checkpoint, tmp_path):
    graph = onnx.load(str(package(checkpoint, tmp_path, "made-up", "2026.11.0") / "model.onnx"))
    shape = lambda value: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
    assert [(i.name, shape(i)) for i in graph.graph.input] == [("features", ["batch", 4])]
    assert [(o.name, shape(o)) for o in graph.graph.output] == [("logit", ["batch"])]
    assert graph.opset_import[0].version == 16


@pytest.mark.parametrize("width", [0, 6])
def test_onnx_runtime_agrees_with_pytorch(tmp_path, width):
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed (../shared/wheels or requirements.txt)")
    net = TabularNet(3, width).eval()
    torch.nn.init.normal_(net.linear.weight)
    export_onnx.write_graph(net, tmp_path / "g.onnx")
    x = (np.random.default_rng(0).normal(size=(50, 3)) * 100).astype(np.float32)
    ours = runtime.InferenceSession(str(tmp_path / "g.onnx")).run(None, {"features": x})[0]
    assert np.abs(ours - net(torch.from_numpy(x)).detach().numpy()).max() < 1e-4


def test_disagreeing_graph_is_not_packaged(checkpoint, tmp_path):
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed (../shared/wheels or requirements.txt)")
    wrong = {**checkpoint, "golden": {**checkpoint["golden"], "logits": [9.0] * len(checkpoint["golden"]["logits"])}}
    with pytest.raises(Refused, match="differs from PyTorch by"):
        package(wrong, tmp_path, "made-up", "2026.11.0")
    assert list((tmp_path / "made-up").iterdir()) == []


def test_interrupted_write_leaves_the_old_package(checkpoint, tmp_path, monkeypatch):
    place = package(checkpoint, tmp_path, "made-up", "2026.11.0")
    before = {p.name: p.read_bytes() for p in place.iterdir()}
    monkeypatch.setattr(export_onnx, "manifest", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError):
        package(checkpoint, tmp_path, "made-up", "2026.11.0")
    assert {p.name: p.read_bytes() for p in place.iterdir()} == before
    assert sorted(p.name for p in (tmp_path / "made-up").iterdir()) == ["2026.11.0", "CURRENT"]


def test_other_catalogue_is_refused(checkpoint, tmp_path):
    with pytest.raises(Refused, match="trained with catalogue 00112233445566aa, but the catalogue is now ffff; train again"):
        package(checkpoint, tmp_path, "made-up", "2026.11.0", catalogue="ffff")


@pytest.mark.parametrize(("name", "version"), [("Made Up", "2026.11.0"), ("made-up", "latest"), ("../up", "1.0.0")])
def test_bad_name_or_version_is_refused(checkpoint, tmp_path, name, version):
    with pytest.raises(Refused, match="a version is like 2026.11.0"):
        package(checkpoint, tmp_path, name, version)


def test_golden_rows_span_the_scores(checkpoint):
    logits = checkpoint["golden"]["logits"]
    assert len(logits) == 16 and logits == sorted(logits) and logits[-1] - logits[0] > 1


def test_broken_checkpoint_is_one_sentence(tmp_path):
    with pytest.raises(Refused, match="has no checkpoint.pt"):
        export_onnx.load(tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(b"half a file")
    with pytest.raises(Refused, match="is not a checkpoint"):
        export_onnx.load(tmp_path)
