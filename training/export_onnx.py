"""
Makes a model package, models/<name>/<version>/, out of a trained checkpoint.

    /usr/bin/python3 training/export_onnx.py --run training/runs/warn --name warn-closure --version 2026.11.0

    manifest.json   what src/Core/Models/ModelManifest.cs reads: graph, calibration, bands, SHA-256 of the files, figures
    model.onnx      opset 16: features (batch, F) float32 -> logit (batch)
    golden.json     real rows and the logits that PyTorch gives for them: serving refuses a package that disagrees

The package appears whole or not at all: it is written beside its place and renamed. models/<name>/CURRENT names the newest.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch

import wheels
from dataset import Refused
from tabular import TabularNet

OPSET = 16
TOLERANCE = 1e-4    # largest difference of logits between PyTorch and an ONNX runtime


def package(checkpoint: dict, models: Path, name: str, version: str, catalogue=None) -> Path:
    """Writes the package and points CURRENT at it; replaces a package of the same version."""
    if catalogue and checkpoint["catalogue"] != catalogue:
        raise Refused(f"the checkpoint was trained with catalogue {checkpoint['catalogue']}, but the catalogue is now {catalogue}; "
                      "train again")
    with package_folder(models, name, version) as folder:
        net = TabularNet(**checkpoint["config"])
        net.load_state_dict(checkpoint["state"])
        write_graph(net.eval(), folder / "model.onnx")
        write_json(folder / "golden.json", {**checkpoint["golden"], "tolerance": TOLERANCE})
        checked = compare(folder / "model.onnx", checkpoint["golden"])
        write_json(folder / "manifest.json", manifest(checkpoint, name, version, folder, checked))
    return models / name / version


@contextmanager
def package_folder(models: Path, name: str, version: str):
    """
    A folder to fill. It becomes models/<name>/<version>, in place of what was there, and CURRENT names it; where filling fails all is
    as before.
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) or not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise Refused(f"model {name}/{version}: a name is of a-z, 0-9 and '-', a version is like 2026.11.0")
    place, partial = models / name / version, models / name / f".{version}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        shutil.rmtree(place, ignore_errors=True)
        partial.rename(place)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    current = models / name / "CURRENT"
    current.with_suffix(".partial").write_text(version + "\n", "utf-8")
    os.replace(current.with_suffix(".partial"), current)


def manifest(checkpoint: dict, name: str, version: str, folder: Path, checked: str) -> dict:
    return {
        "schema_version": 1,
        "name": name,
        "version": version,
        "target": checkpoint["target"],
        "horizon_days": checkpoint["horizon_days"],
        "catalogue": checkpoint["catalogue"],
        "feature_count": checkpoint["config"]["features"],
        "graph": {"file": "model.onnx", "features": "features", "output": "logit", "text_width": 0},
        "calibration": checkpoint["calibration"],
        "bands": checkpoint["bands"],
        "files": {f: hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in ("golden.json", "model.onnx")},
        "golden": "golden.json",
        "training": {**checkpoint["training"], "graph_check": checked},
    }


def write_graph(net: TabularNet, path: Path) -> None:
    torch.onnx.export(
        net, torch.zeros(2, net.config["features"]), str(path), opset_version=OPSET,
        input_names=["features"], output_names=["logit"], dynamic_axes={"features": {0: "batch"}, "logit": {0: "batch"}})


def compare(path: Path, golden: dict) -> str:
    """Runs the golden rows through ONNX Runtime, as a batch and one by one; says what was checked."""
    import onnx
    onnx.checker.check_model(str(path))
    if not wheels.offer("onnxruntime"):
        print("onnxruntime is not installed: the graph's form was checked, but its numbers were not compared with PyTorch's")
        return "form only: onnxruntime was not installed"
    import onnxruntime
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs, expected = np.array(golden["inputs"], np.float32), np.array(golden["logits"])
    batch = session.run(["logit"], {"features": inputs})[0]                                            # (G,)
    single = np.concatenate([session.run(["logit"], {"features": row[None]})[0] for row in inputs])
    worst = float(max(np.abs(batch - expected).max(), np.abs(single - expected).max()))
    if not worst <= TOLERANCE:
        raise Refused(f"{path.name} differs from PyTorch by {worst:.2g} on the golden rows; allowed is {TOLERANCE:g}")
    print(f"graph: {len(inputs)} golden rows agree with PyTorch within {worst:.1e} (onnxruntime {onnxruntime.__version__})")
    return f"{len(inputs)} golden rows within {worst:.1e} of PyTorch, onnxruntime {onnxruntime.__version__}"


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", "utf-8")


def load(run: Path) -> dict:
    try:
        return torch.load(run / "checkpoint.pt", map_location="cpu")
    except FileNotFoundError:
        raise Refused(f"{run} has no checkpoint.pt: run training/train_tabular.py --run {run} first") from None
    except Exception as broken:   # torch raises many types for a file that is not a checkpoint
        raise Refused(f"{run / 'checkpoint.pt'} is not a checkpoint ({type(broken).__name__}); train again") from None


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--run", type=Path, required=True)
    p.add_argument("--name", required=True)
    p.add_argument("--version", required=True)
    p.add_argument("--models", type=Path, default=Path(__file__).resolve().parent.parent / "models")
    p.add_argument("--catalogue", help="refuse a checkpoint that was trained with another catalogue hash")
    a = p.parse_args()
    print(f"wrote {package(load(a.run), a.models, a.name, a.version, a.catalogue)}")


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"error: {refused}")
