import hashlib
import json

import numpy as np
import onnx
import pytest
import torch

from dataset import Refused
from fusion import build, checkpoint, export, gates
from fusion.config import settings
from fusion_world import split, world
from test_fusion_training import TINY

SIZES = {**TINY, "length": 128}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    data = world(companies=100)
    s = settings({**SIZES, "tune_steps": 20})
    model, rows = build.make(data, split(data), s, 1, "cpu")
    build.learn(model, rows, split(data), s, 1, None, lambda text: None, pretrained=False)
    model.encoder.round_tokens()
    with torch.no_grad():
        for block in model.encoder.body.blocks:
            block.weight.fill_(0.5)                                # so that attention counts
    folder = tmp_path_factory.mktemp("fused")
    (folder / "vocabulary.json").write_text("{}")
    checkpoint.save(folder / "model.pt", model.eval(), s, data, golden=export.golden(model, rows, split(data).test),
                    calibration={"scale": 1.0, "offset": 0.0},
                    bands=[{"name": "low"}, {"name": "watch", "fire": 0.3, "recover": 0.2}])
    return folder


def packaged(trained, models, **changed):
    model, state = checkpoint.load(trained / "model.pt")
    state["tokenizer"] = export.vocabulary_hash(trained / "vocabulary.json")
    return export.package({**state, **changed}, model, changed.get("golden", state["golden"]), trained / "vocabulary.json", models,
                          "sim-default", "2026.11.0")


@pytest.fixture(scope="module")
def place(trained, tmp_path_factory):
    return packaged(trained, tmp_path_factory.mktemp("models"))


def test_package_holds_what_the_scorer_reads(place):
    m = json.loads((place / "manifest.json").read_text("utf-8"))
    assert m["graph"] == {"file": "head.onnx", "features": "features", "output": "logit", "text_vector": "text_vector",
                          "text_width": 8, "has_text": "has_text"}
    assert m["text_encoder"] == {"file": "text_encoder.onnx", "ids": "ids", "tags": "tags", "output": "text_vector",
                                 "tokenizer": "tokenizer.json"}
    assert (m["tokenizer"] == export.vocabulary_hash(place / "tokenizer.json")
            and m["catalogue"] == "00112233445566aa" and m["feature_count"] == 5)
    assert set(m["files"]) == {p.name for p in place.iterdir()} - {"manifest.json"}
    assert all(hashlib.sha256((place / f).read_bytes()).hexdigest() == digest for f, digest in m["files"].items())
    checked = m["training"]["graph_check"]
    assert all(checked[gate] <= 1e-5
               for gate in ("encoder_vs_pytorch", "head_vs_pytorch", "padding", "batch_mates", "cached_vs_fresh", "missing_text"))
    assert checked["batches"] == [1, 3, 64] and checked["lengths"] == [8, 96, 128]


def test_most_of_the_weights_are_stored_in_half_precision(place):
    table = next(t for t in onnx.load(str(place / "text_encoder.onnx")).graph.initializer if t.name == "token.table")
    assert table.data_type == onnx.TensorProto.FLOAT16 and list(table.dims) == [64, 16]


def test_graphs_have_a_dynamic_batch_and_length(place):
    shapes = {}
    for file in ("text_encoder.onnx", "head.onnx"):
        graph = onnx.load(str(place / file))
        assert graph.opset_import[0].version in (16, 17)
        shapes.update({v.name: [d.dim_param or d.dim_value for d in v.type.tensor_type.shape.dim]
                       for v in [*graph.graph.input, *graph.graph.output]})
    assert (shapes["ids"] == shapes["tags"] == ["batch", "length"]
            and shapes["features"] == ["batch", 5] and shapes["has_text"] == ["batch", 1])
    assert shapes["text_vector"] == ["batch", 8] and shapes["logit"] == ["batch", 1]


def test_golden_rows_have_documents_and_the_path_without_text(trained):
    golden = checkpoint.load(trained / "model.pt")[1]["golden"]
    assert (len(golden["inputs"]) == len(golden["documents"]) == len(golden["logits"])
            and None in golden["documents"] and any(golden["documents"]))
    assert np.corrcoef(golden["logits"], np.arange(len(golden["logits"])))[0, 1] > 0.8    # rising, but for what is missing and served as 0
    assert all(len(d["ids"]) == len(d["tags"]) > 0 for d in golden["documents"] if d)


@pytest.mark.parametrize("gate", [
    "encoder_vs_pytorch", "head_vs_pytorch", "padding", "batch_mates", "cached_vs_fresh", "missing_text", "golden"])
def test_gate_refuses_graphs_that_fail_it(trained, place, monkeypatch, gate):
    model, state = checkpoint.load(trained / "model.pt")
    monkeypatch.setattr(gates, "golden_rows" if gate == "golden" else gate, lambda *_: 1.0)
    with pytest.raises(Refused, match=f"gate {gate}: the graphs differ by 1"):
        gates.check(model, place, state["golden"])


def test_refused_graphs_are_not_packaged(trained, tmp_path):
    golden = checkpoint.load(trained / "model.pt")[1]["golden"]
    with pytest.raises(Refused, match="gate golden"):
        packaged(trained, tmp_path, golden={**golden, "logits": [9.0] * len(golden["logits"])})
    assert list((tmp_path / "sim-default").iterdir()) == []


def test_gates_see_what_they_are_there_for():
    """Graphs that are wrong in one way each."""
    class Config:
        vocabulary, length, output = 64, 128, 4
        text = 4
    class Fake:
        encoder = head = type("Part", (), {"config": Config})
    honest = lambda ids, tags: np.stack([np.float32([d[d > 0].sum()] * 4) for d in ids]) / 1000
    assert gates.padding(Fake, honest) == gates.batch_mates(Fake, honest) == gates.cached_vs_fresh(Fake, honest) == 0
    assert gates.padding(Fake, lambda ids, tags: honest(ids, tags) * ids.shape[1]) > 1e-3
    assert gates.batch_mates(Fake, lambda ids, tags: honest(ids, tags) - ids.max() * len(ids) / 1000) > 1e-3
    assert gates.cached_vs_fresh(Fake, lambda ids, tags: honest(ids, tags) + len(ids) / 1000) > 1e-3
    golden = {"inputs": np.zeros((2, 3))}
    assert gates.missing_text(Fake, lambda x, vector, there: vector.sum(1, keepdims=True) * there, golden) == 0
    assert gates.missing_text(Fake, lambda x, vector, there: vector.sum(1, keepdims=True), golden) > 1e-3


def test_head_with_events_is_not_packaged(trained, tmp_path):
    data = world(companies=100)
    model, _ = build.make(data, split(data), settings({**SIZES, "event_branch": True}), 1, "cpu")
    with pytest.raises(Refused, match="score requests do not carry"):
        export.package(checkpoint.load(trained / "model.pt")[1], model, {}, trained / "vocabulary.json", tmp_path,
                       "sim-default", "2026.11.0")


def test_broken_checkpoint_is_one_sentence(tmp_path):
    with pytest.raises(Refused, match="does not exist: train rung 9 first"):
        checkpoint.load(tmp_path / "model.pt")
    (tmp_path / "model.pt").write_bytes(b"half")
    with pytest.raises(Refused, match="is not a checkpoint"):
        checkpoint.load(tmp_path / "model.pt")


def test_vocabulary_of_another_model_is_refused(trained, tmp_path):
    with pytest.raises(Refused, match="the model was trained with abababababababab"):
        packaged(trained, tmp_path, tokenizer="ab" * 8)
