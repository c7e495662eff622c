"""
Makes a model package of two graphs out of a trained fused model.

    /usr/bin/python3 training/fusion/export.py --run training/runs/ladder/sim-demo/9-2 --name sim-default --version 2026.11.4

    text_encoder.onnx   ids, tags (batch, length) int64 -> text_vector (batch, D); run when a company's text has changed
    head.onnx           features (batch, F), text_vector (batch, D), has_text (batch, 1) -> logit (batch, 1); run at every change
    tokenizer.json      the vocabulary that the ids are of
    golden.json         real rows with their documents, and the logits of both graphs together
    manifest.json       docs/contracts.md, "Model packages that read texts"

gates.py has to pass before the package appears; it appears whole or not at all.
"""

import argparse
import copy
import hashlib
import shutil
import sys
import warnings
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)     # and not this folder, whose names are not packages

import numpy as np
import torch

from dataset import Refused
from export_onnx import package_folder, write_json
from fusion import checkpoint, gates
from fusion.rows import logits

OPSET = 16
TOLERANCE = 2e-3        # of golden logits: the Scorer rounds a text vector to half precision, and the last bit may fall either way
GOLDEN = 24
DOCUMENT = 384          # tokens of the longest document that the Scorer sends (src/Tokenizer/Documents/DocumentEncoder.cs)


class HalfTokens(torch.nn.Module):
    """A token table that is stored in half precision; what is looked up is widened again."""

    def __init__(self, table):
        super().__init__()
        self.register_buffer("table", table.half())

    def forward(self, ids):
        return torch.nn.functional.embedding(ids, self.table).float()


def write_graphs(model, folder: Path) -> None:
    """Both graphs, with a batch and a length of any size."""
    warnings.filterwarnings("ignore", category=UserWarning, module="torch.onnx")     # of its own constant folding
    head, encoder = model.head.config, model.encoder.config
    ids, slim = torch.randint(16, encoder.vocabulary, (2, 9)), copy.deepcopy(model.encoder)
    slim.token = HalfTokens(model.encoder.token.weight.detach())
    torch.onnx.export(
        slim, (ids, torch.zeros_like(ids)), str(folder / "text_encoder.onnx"), opset_version=OPSET, input_names=["ids", "tags"],
        output_names=["text_vector"],
        dynamic_axes={"ids": {0: "batch", 1: "length"}, "tags": {0: "batch", 1: "length"}, "text_vector": {0: "batch"}})
    names = ["features", "text_vector", "has_text"]
    torch.onnx.export(
        model.head, (torch.zeros(2, head.features), torch.zeros(2, head.text), torch.ones(2, 1)), str(folder / "head.onnx"),
        opset_version=OPSET, input_names=names, output_names=["logit"],
        dynamic_axes={name: {0: "batch"} for name in [*names, "logit"]})


@torch.no_grad()
def golden(model, rows, which) -> dict:
    """Real rows over the whole range of scores, some of them without text where there are such, through a vector of half precision."""
    which = np.asarray(which)[: 20_000]
    order = which[np.argsort(logits(model, rows, which), kind="stable")]
    chosen = order[np.linspace(0, len(order) - 1, min(GOLDEN, len(order))).astype(int)]
    lengths = rows.lengths(rows.data.texts.document[chosen])
    documents = []
    for row, length in zip(chosen, lengths):
        ids, tags = (part[0, :length] for part in rows.tokens(rows.data.texts.document[[row]]))
        documents.append({"ids": ids.tolist(), "tags": tags.tolist()} if length else None)
    if all(documents):
        documents[0] = None                                      # the path without text is always among them
    return {"inputs": np.nan_to_num(np.asarray(rows.data.x[chosen], np.float64)).tolist(), "documents": documents,
            "logits": together(model, rows.data.x[chosen], documents).tolist(), "tolerance": TOLERANCE}


@torch.no_grad()
def together(model, features, documents) -> np.ndarray:
    """Logits (B,) as serving makes them: each document alone, its vector rounded to half precision, zeros where there is none."""
    device = next(model.parameters()).device
    vectors = torch.zeros(len(documents), model.encoder.config.output, device=device)
    for i, document in enumerate(documents):
        if document:
            vectors[i] = model.encoder(
                torch.tensor([document["ids"]], device=device), torch.tensor([document["tags"]], device=device))[0].half().float()
    has_text = torch.tensor([[float(document is not None)] for document in documents], device=device)
    features = torch.from_numpy(np.nan_to_num(np.array(features, np.float32))).to(device)
    return model.head(features, vectors, has_text).squeeze(1).double().cpu().numpy()


def package(trained: dict, model, golden_rows: dict, tokenizer: Path, models: Path, name: str, version: str) -> Path:
    """Writes models/<name>/<version>/ and points CURRENT at it; `trained` is what checkpoint.load gives, with calibration and bands."""
    if model.encoder is None or not model.head.config.tabular:
        raise Refused("only a model of features and text has two graphs; this one is of one kind")
    if model.head.config.events:
        raise Refused("the head reads event sequences, which score requests do not carry; train with event_branch = false")
    digest = vocabulary_hash(tokenizer)
    if digest != trained["tokenizer"]:
        raise Refused(f"{tokenizer} is vocabulary {digest}, the model was trained with {trained['tokenizer']}; "
                      "name that one with --tokenizer")
    table = model.encoder.token.weight
    if not torch.equal(table, table.half().float()):
        raise Refused("this checkpoint's token table is not rounded to half precision, as a package stores it: "
                      "it is of an older version of the program; train again")
    with package_folder(models, name, version) as folder:
        write_graphs(model, folder)
        shutil.copyfile(tokenizer, folder / "tokenizer.json")
        write_json(folder / "golden.json", golden_rows)
        checked = gates.check(model, folder, golden_rows)
        write_json(folder / "manifest.json", manifest(trained, model, name, version, folder, checked))
    return models / name / version


def vocabulary_hash(file: Path) -> str:
    """As the tokenizer names it: the first 16 digits of its file's SHA-256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def manifest(trained: dict, model, name: str, version: str, folder: Path, checked: dict) -> dict:
    about, files = trained["about"], ("golden.json", "head.onnx", "text_encoder.onnx", "tokenizer.json")
    return {
        "schema_version": 1, "name": name, "version": version, "target": about["target"], "horizon_days": about["horizon_days"],
        "catalogue": about["catalogue"], "feature_count": model.head.config.features, "tokenizer": trained["tokenizer"],
        "graph": {"file": "head.onnx", "features": "features", "output": "logit", "text_vector": "text_vector",
                  "text_width": model.encoder.config.output, "has_text": "has_text"},
        "text_encoder": {"file": "text_encoder.onnx", "ids": "ids", "tags": "tags", "output": "text_vector", "tokenizer": "tokenizer.json"},
        "calibration": trained["calibration"], "bands": trained["bands"],
        "files": {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files},
        "golden": "golden.json",
        "training": {**trained.get("training", {}), "graph_check": checked, "encoder": model.encoder.settings, "head": model.head.settings},
    }


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = Path(__file__).resolve().parent.parent.parent
    p.add_argument("--run", type=Path, required=True, help="folder of rung 9 and a seed: training/runs/ladder/<data>-<size>/9-1")
    p.add_argument("--name", required=True)
    p.add_argument("--version", required=True)
    p.add_argument("--tokenizer", type=Path, help="vocabulary that the export was made with (default: the newest of models/tokenizer)")
    p.add_argument("--models", type=Path, default=root / "models")
    a = p.parse_args()
    model, trained = checkpoint.load(a.run / "model.pt")
    if "golden" not in trained:
        raise Refused(f"{a.run / 'model.pt'} holds no golden rows: train rung 9 again")
    if model.encoder is not None and model.encoder.config.length < DOCUMENT:
        raise Refused(f"the encoder reads {model.encoder.config.length} tokens; the Scorer's documents have up to {DOCUMENT}: "
                      f"train with length = {DOCUMENT}")
    known = [path for path in (root / "models" / "tokenizer").glob("*/tokenizer.json") if vocabulary_hash(path) == trained["tokenizer"]]
    tokenizer = a.tokenizer or next(iter(known), None)
    if tokenizer is None or not tokenizer.exists():
        raise Refused(f"there is no vocabulary {trained['tokenizer']} below models/tokenizer; name it with --tokenizer")
    print(f"wrote {package(trained, model, trained['golden'], tokenizer, a.models, a.name, a.version)}")


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"error: {refused}")
