r"""
Puts the words that `jianwei tokenizer patch` added to a vocabulary into a trained model, without training.

    ./jianwei tokenizer patch 碳中和 --out models/tokenizer/2026.11.1
    /usr/bin/python3 training/fusion/patch.py --run training/runs/ladder/sim-demo/9-1 --tokenizer models/tokenizer/2026.11.1 \
        --out training/runs/patched
    /usr/bin/python3 training/fusion/patch.py --package models/sim-default/2026.11.4 --tokenizer models/tokenizer/2026.11.1 \
        --version 2026.11.5
    /usr/bin/python3 training/fusion/patch.py --run … --tokenizer … --out … \
        --measure OLD NEW    # exports of one archive with either vocabulary

The row of a new word in the token table is the mean of the rows of the pieces that spelled it before (`from` in tokenizer.json), all other
weights stay. Texts without the words keep their ids, hence their vectors and scores to the last bit. --run takes a checkpoint of rung 9
and writes one that fusion/export.py packages; --package takes a package without its checkpoint and writes another version beside it.
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent)     # and not this folder, whose names are not packages

import numpy as np
import torch

import data as datasets
from dataset import Refused
from export_onnx import write_json
from fusion import checkpoint, gates
from fusion.config import Settings
from fusion.corrupt import choose_words
from fusion.encoder import LOUD, MASK
from fusion.objectives import Objectives, first_row
from fusion.rows import Rows, logits

TABLE = "token.weight"      # the token table, in the encoder
STORED = "token.table", TABLE   # and in its graph, now and before it was kept in half precision


@dataclass(frozen=True)
class Vocabulary:
    file: Path
    hash: str               # of the canonical file, as the program writes it
    parent: str | None
    spelled: list           # by id: the ids that spelled an entry before, None for what was learned


def read(path) -> Vocabulary:
    path = Path(path)
    path = path / "tokenizer.json" if path.is_dir() else path
    try:
        text = path.read_bytes()
        found = json.loads(text)
        return Vocabulary(path, hashlib.sha256(text).hexdigest()[:16], found["parent"], [entry.get("from") for entry in found["entries"]])
    except FileNotFoundError:
        raise Refused(f"there is no vocabulary {path}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"{path} is not a vocabulary: the tokenizer.json of ./jianwei tokenizer patch") from None


def new_words(vocabulary: Vocabulary, known: int, of: str) -> list[list[int]]:
    """The spellings of the entries from id `known` on; refused if the vocabulary does not add to the model's."""
    if vocabulary.hash == of:
        raise Refused(f"the model has vocabulary {of} already")
    if vocabulary.parent != of:
        raise Refused(f"{vocabulary.file} adds to vocabulary {vocabulary.parent}, the model has {of}; "
                      "patch that one (several patches go in one after the other)")
    added = vocabulary.spelled[known:]
    if not added or not all(added) or any(i >= known + n for n, ids in enumerate(added) for i in ids):
        raise Refused(f"{vocabulary.file} has {len(vocabulary.spelled)} entries, the model's table {known}: "
                      "what is new does not say how it was spelled before")
    return added


def grown(table: np.ndarray, spellings: list[list[int]]) -> np.ndarray:
    """(V, E) -> (V + n, E): the mean of its old pieces for each new word; a piece may be a new word before it."""
    rows = list(table)
    for ids in spellings:
        rows.append(np.mean([rows[i] for i in ids], axis=0, dtype=np.float64).astype(table.dtype))
    return np.stack(rows)


def patched(state: dict, vocabulary: Vocabulary) -> dict:
    """What checkpoint.save wrote, with the new words."""
    if not state["encoder"]:
        raise Refused("this model reads no text")
    name = f"encoder.{TABLE}"
    table = state["state"][name]
    spellings = new_words(vocabulary, len(table), state["tokenizer"])
    larger = torch.from_numpy(grown(table.numpy(), spellings))
    if torch.equal(table, table.half().float()):
        larger = larger.half().float()                           # as a package stores it
    return {**state, "encoder": {**state["encoder"], "vocabulary": len(table) + len(spellings)}, "tokenizer": vocabulary.hash,
            "state": {**state["state"], name: larger},
            "patched": [*state.get("patched", []), {"from": state["tokenizer"], "words": len(spellings)}]}


def patch_run(run: Path, vocabulary: Vocabulary, out: Path) -> Path:
    _, state = checkpoint.load(run / "model.pt")
    new = patched(state, vocabulary)
    out.mkdir(parents=True, exist_ok=True)
    torch.save(new, out / "model.partial")
    (out / "model.partial").replace(out / "model.pt")
    return out / "model.pt"


def patch_package(package: Path, vocabulary: Vocabulary, version: str) -> Path:
    """Another version of a package beside it; golden rows stay and have to come out the same. CURRENT stays: `jianwei model promote`."""
    import onnx
    from onnx import numpy_helper
    place = package.parent / version
    if not re.fullmatch(r"\d+\.\d+\.\d+", version) or place.exists():
        raise Refused(f"version {version}: one like 2026.11.1 that is not there yet")
    try:
        manifest, golden = (json.loads((package / name).read_text("utf-8")) for name in ("manifest.json", "golden.json"))
        encoder = manifest["text_encoder"]
    except (OSError, ValueError, KeyError):
        raise Refused(f"{package} is not a package of a model that reads texts") from None
    graph = onnx.load(str(package / encoder["file"]))
    table = next((t for t in graph.graph.initializer if t.name in STORED), None)
    if table is None:
        raise Refused(f"{package / encoder['file']} has no token table named {STORED[0]}; patch the checkpoint and export it again")
    values = numpy_helper.to_array(table)
    spellings = new_words(vocabulary, len(values), manifest["tokenizer"])
    table.CopyFrom(numpy_helper.from_array(grown(values, spellings), table.name))
    partial = package.parent / f".{version}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(package, partial)
    try:
        onnx.save(graph, str(partial / encoder["file"]))
        shutil.copyfile(vocabulary.file, partial / encoder["tokenizer"])
        training = {**manifest.get("training", {}),
                    "patched": {"from": manifest["version"], "tokenizer": manifest["tokenizer"], "words": len(spellings)}}
        write_json(partial / "manifest.json", {
            **manifest, "version": version, "tokenizer": vocabulary.hash, "training": training,
            "files": {name: hashlib.sha256((partial / name).read_bytes()).hexdigest() for name in manifest["files"]}})
        gates.same_golden(partial, golden)
        partial.rename(place)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return place


def measure(old_state: dict, new_state: dict, objectives: dict, old, new, sample: int = 4000) -> dict:
    """
    What the patch costs and brings. `old` and `new` are the same rows with documents of either vocabulary; `objectives` is the state of the
    pre-training objectives. Losses in nats a hidden token, over documents that hold new words: of the words around the new
    ones, and of the new ones themselves.
    """
    known = old_state["encoder"]["vocabulary"]
    models = [checkpoint.model_of(state) for state in (old_state, new_state)]
    settings = Settings(**new_state["settings"])
    rows = [Rows(d, settings.length, "cpu", bool(new_state["head"]["events"])) for d in (old, new)]
    holds = np.array([(new.texts.tokens(d)[: settings.length] >= known).any()
                      for d in range(len(new.texts.start) - 1)] + [False])[new.texts.document]
    random = np.random.default_rng(0)
    some = lambda mask: np.sort(random.permutation(np.flatnonzero(mask))[:sample])
    without, within = some(~holds), some(holds)
    if not len(without) or not len(within):
        raise Refused(f"{int(holds.sum())} of {len(holds)} rows hold new words; some of both kinds are needed")
    before, after = (logits(m, r, without) for m, r in zip(models, rows))
    spread = float(models[1].encoder.token.weight[:known].detach().std())
    chance = checkpoint.model_of(new_state)
    with torch.no_grad():
        chance.encoder.token.weight[known:] = torch.randn(
            chance.encoder.token.weight[known:].shape, generator=torch.Generator().manual_seed(0)) * (spread or LOUD)
    losses = {name: words_loss(model, objectives, settings, rows[1], within, known)
              for name, model in (("mean_of_pieces", models[1]), ("random_rows", chance))}
    return {"rows_without": len(without), "largest_difference_of_logits": float(np.abs(before - after).max()),
            "rows_with": len(within), **losses}


@torch.no_grad()
def words_loss(model, state: dict, settings, rows, which, known: int, repeats: int = 3) -> dict:
    """Mean masked-word loss of rows `which`: {"around", "themselves"}."""
    objectives = Objectives(model, settings, state["rate.weight"].shape[0] if "rate.weight" in state else 0)
    objectives.load_state_dict(state)
    model.eval()
    found = {"around": [], "themselves": []}
    for repeat in range(repeats):
        generator = torch.Generator().manual_seed(repeat)
        torch.manual_seed(repeat)                                        # of the choice among very many hidden tokens
        for begin in range(0, len(which), 128):
            batch = rows.batch(which[begin: begin + 128])
            ids, tags = rows.tokens(batch.documents)
            new, t = ids >= known, model.head.tabular(batch.features, None, batch.events)[first_row(batch.of, len(batch.documents))]
            for name, hide in (("around", choose_words(tags, ids, settings.masked, generator) & ~new), ("themselves", new)):
                if hide.any():
                    seen = torch.where(hide, torch.full_like(ids, MASK), ids)
                    whole, states = objectives.read(model.encoder, seen, tags)
                    found[name].append(float(
                        objectives.words(model.encoder, states, objectives.gist(whole) + objectives.told(t), ids, hide)))
    return {name: round(float(np.mean(values)), 4) if values else None for name, values in found.items()}


def objectives_of(run: Path) -> dict:
    """The state of the pre-training objectives of a run."""
    left = [path for turn in ("head", "layers", "sums") if (path := run / f"pretrain-{turn}.pt").exists()]
    if not left:
        raise Refused(f"{run} has no pretrain-*.pt: --measure needs what pre-training left; train rung 9")
    path = left[0]                                                       # the last turn
    parts = torch.load(path, map_location="cpu")["parts"]["model"]
    return {name.removeprefix("1."): value for name, value in parts.items() if name.startswith("1.")}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    which = p.add_mutually_exclusive_group(required=True)
    which.add_argument("--run", type=Path, help="folder with model.pt of rung 9 and a seed")
    which.add_argument("--package", type=Path, help="models/<name>/<version>")
    p.add_argument("--tokenizer", type=Path, required=True, help="the patched vocabulary: tokenizer.json or its folder")
    p.add_argument("--out", type=Path, help="with --run: folder for the new model.pt")
    p.add_argument("--version", help="with --package: version of the new package")
    p.add_argument("--measure", nargs=2, metavar=("OLD", "NEW"), type=Path,
                   help="with --run: exports of one archive with the old and the new vocabulary")
    a = p.parse_args()
    vocabulary = read(a.tokenizer)
    if a.package:
        if not a.version or a.out or a.measure:
            raise Refused("--package goes with --version, not with --out or --measure")
        print(f"wrote {patch_package(a.package, vocabulary, a.version)}; CURRENT is as it was: ./jianwei model promote")
        return
    if not a.out or a.version or a.out.resolve() == a.run.resolve():
        raise Refused("--run goes with --out, another folder")
    print(f"wrote {patch_run(a.run, vocabulary, a.out)}; "
          f"its package: training/fusion/export.py --run {a.out} --tokenizer {vocabulary.file}")
    if a.measure:
        states = [checkpoint.load(folder / "model.pt")[1] for folder in (a.run, a.out)]
        found = measure(*states, objectives_of(a.run), *(datasets.read_export(folder) for folder in a.measure))
        print(json.dumps(found))


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"error: {refused}")
