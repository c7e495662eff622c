"""New words in a trained model: nothing changes without them, and they begin where their pieces were."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from dataset import Refused
from fusion import build, checkpoint, export, patch
from fusion.config import settings
from fusion.pretrain import pretrain
from fusion.rows import logits
from fusion_world import CUT, PLAN, split, world
from test_fusion_training import TINY

TAIL = 61               # follows PLAN in half of the documents: the two are one word of the patched vocabulary
WORD, CUTS = 64, 65     # ids of the new words
OLD = "ab" * 8


def with_tail(data, merged: bool):
    """The world's texts, PLAN being spelled PLAN TAIL in the even documents; `merged`: as the patched vocabulary has it."""
    texts, ids, tags, start = data.texts, [], [], [0]
    for d in range(len(texts.start) - 1):
        for i in range(texts.start[d], texts.start[d + 1]):
            pair = d % 2 == 0 and texts.token_id[i] == PLAN
            ids += ([WORD] if merged else [PLAN, TAIL]) if pair else [texts.token_id[i]]
            tags += [texts.token_tag[i] | 128] + ([texts.token_tag[i] & 127] if pair and not merged else [])
        start.append(len(ids))
    return replace(data, texts=replace(texts, token_id=np.array(ids, np.uint16), token_tag=np.array(tags, np.uint8), start=np.array(start),
                                       vocabulary=66 if merged else 64))


def vocabulary(folder, added, parent=OLD):
    entries = [{"piece": f"p{i}", "cost": 1} for i in range(64)] + [
        {"piece": f"w{i}", "cost": 1, "from": ids} for i, ids in enumerate(added)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(
        {"schema_version": 1, "algorithm": "unigram", "parent": parent, "unknown_cost": 9, "entries": entries}))
    return patch.read(folder)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run folder as rung 9 leaves it: model.pt and pretrain-head.pt."""
    run, data = tmp_path_factory.mktemp("run"), with_tail(world(), merged=False)
    s = settings({**TINY, "pretrain_steps": 250, "pretrain_lr": 5e-3, "length": 256})
    model, rows = build.make(data, split(data), s, 1, "cpu")
    pretrain(model, rows, split(data).unlabelled, int(data.time.max()) + 1, s, 1, run, lambda text: None)
    model.encoder.round_tokens()
    checkpoint.save(run / "model.pt", model.eval(), s, data, golden=export.golden(model, rows, split(data).test),
                    calibration={"scale": 1.0, "offset": 0.0},
                    bands=[{"name": "low"}, {"name": "watch", "fire": 0.3, "recover": 0.2}])
    return run, data


def test_texts_without_the_words_keep_their_scores_and_the_words_have_a_better_loss_than_chance(trained, tmp_path):
    run, old = trained
    patch.patch_run(run, vocabulary(tmp_path, [[PLAN, TAIL], [CUT, TAIL]]), tmp_path / "out")
    states = [checkpoint.load(folder / "model.pt")[1] for folder in (run, tmp_path / "out")]
    found = patch.measure(*states, patch.objectives_of(run), old, with_tail(world(), merged=True))
    assert found["largest_difference_of_logits"] == 0 and found["rows_without"] > 500 and found["rows_with"] > 500
    ours, chance = found["mean_of_pieces"], found["random_rows"]
    print(found)
    assert all(np.isfinite([*ours.values(), *chance.values()]))
    assert ours["themselves"] < chance["themselves"] - 0.1 and ours["around"] < chance["around"] + 0.01, found


def test_new_rows_are_the_mean_of_their_pieces_and_nothing_else_changes(trained, tmp_path):
    run, _ = trained
    patch.patch_run(run, vocabulary(tmp_path, [[PLAN, TAIL, PLAN], [WORD, CUT]]), tmp_path / "out")
    old, new = (checkpoint.load(folder / "model.pt")[1]["state"] for folder in (run, tmp_path / "out"))
    table = new["encoder.token.weight"]
    assert torch.equal(table[:64], old["encoder.token.weight"]) and table.shape == (66, 16)
    assert (torch.allclose(table[WORD], table[[PLAN, TAIL, PLAN]].mean(0), rtol=1e-3)
            and torch.allclose(table[CUTS], table[[WORD, CUT]].mean(0), rtol=1e-3))
    assert torch.equal(table, table.half().float())                            # as a package stores it
    assert all(torch.equal(old[name], new[name]) for name in old if name != "encoder.token.weight")


def test_patch_of_a_patch(trained, tmp_path):
    run, data = trained
    first = vocabulary(tmp_path / "1", [[PLAN, TAIL]])
    patch.patch_run(run, first, tmp_path / "a")
    second = vocabulary(tmp_path / "2", [[PLAN, TAIL], [WORD, CUT]], first.hash)
    patch.patch_run(tmp_path / "a", second, tmp_path / "b")
    state = checkpoint.load(tmp_path / "b" / "model.pt")[1]
    assert state["tokenizer"] == second.hash and state["patched"] == [{"from": OLD, "words": 1}, {"from": first.hash, "words": 1}]


def test_package_of_a_patched_checkpoint_and_patched_package_say_the_same(trained, tmp_path):
    run, data = trained
    model, state = checkpoint.load(run / "model.pt")
    (tmp_path / "old.json").write_text("{}")
    state["tokenizer"] = export.vocabulary_hash(tmp_path / "old.json")
    words = vocabulary(tmp_path / "v", [[PLAN, TAIL], [CUT, TAIL]], state["tokenizer"])
    place = export.package(state, model, state["golden"], tmp_path / "old.json", tmp_path / "models", "sim-default", "2026.11.0")
    new = patch.patch_package(place, words, "2026.11.1")
    manifest = json.loads((new / "manifest.json").read_text())
    assert (manifest["tokenizer"] == words.hash and manifest["version"] == "2026.11.1"
            and (tmp_path / "models" / "sim-default" / "CURRENT").read_text() == "2026.11.0\n")
    assert all(hashlib.sha256((new / f).read_bytes()).hexdigest() == digest for f, digest in manifest["files"].items())
    assert (new / "tokenizer.json").read_bytes() == words.file.read_bytes()
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(str(new / "text_encoder.onnx"), providers=["CPUExecutionProvider"])
    patch.patch_run(run, vocabulary(tmp_path / "w", [[PLAN, TAIL], [CUT, TAIL]]), tmp_path / "out")
    ours, _ = checkpoint.load(tmp_path / "out" / "model.pt")
    ids, tags = np.array([[30, WORD, CUTS, 40]]), np.array([[128, 128, 128, 129]])
    said = session.run(["text_vector"], {"ids": ids, "tags": tags})[0]
    with torch.no_grad():
        assert np.abs(said - ours.encoder(torch.from_numpy(ids), torch.from_numpy(tags)).numpy()).max() < 1e-5


@pytest.mark.parametrize(("added", "parent", "words"), [
    ([[PLAN]], "cd" * 8, "adds to vocabulary cdcdcdcdcdcdcdcd, the model has abababababababab"),
    ([], OLD, "does not say how it was spelled"), ([None], OLD, "does not say how it was spelled"),
    ([[70]], OLD, "does not say how it was spelled")])
def test_vocabulary_that_does_not_add_to_the_models_is_refused(trained, tmp_path, added, parent, words):
    with pytest.raises(Refused, match=words):
        patch.patch_run(trained[0], vocabulary(tmp_path, added, parent), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_files_that_are_none_are_refused(trained, tmp_path):
    with pytest.raises(Refused, match="there is no vocabulary"):
        patch.read(tmp_path)
    (tmp_path / "tokenizer.json").write_text("[]")
    with pytest.raises(Refused, match="is not a vocabulary"):
        patch.read(tmp_path)
    with pytest.raises(Refused, match="is not a package"):
        patch.patch_package(tmp_path, vocabulary(tmp_path / "v", [[PLAN]]), "2026.11.1")
