"""PNG plots of a ladder: ROC and precision-recall, calibration, lift, learning curves."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

BINS = 10


def write(result: dict, drawn: dict, label, folder: Path, oracle) -> None:
    names = {row["rung"]: f"{row['rung']} {row['name']}" for row in result["rungs"]}
    scores = {names[number]: parts["probability"] for number, parts in drawn.items()}
    everything = {**scores, **({"observable oracle": oracle["observable"]} if oracle and "observable" in oracle else {})}
    save(curves(everything, label), folder / "curves.png")
    save(calibration(scores, label), folder / "calibration.png")
    save(lift(everything, label), folder / "lift.png")
    save(learning({names[number]: parts["history"] for number, parts in drawn.items()}), folder / "learning.png")


def save(figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110, metadata={"Software": None})
    plt.close(figure)


def style(name: str) -> dict:
    return {"color": "black", "linestyle": "--", "linewidth": 1.2} if "oracle" in name else {"linewidth": 1}


def thin(values, most=1000):
    """Few enough points for a picture."""
    return values[np.unique(np.linspace(0, len(values) - 1, most).astype(int))]


def curves(scores: dict, label):
    figure, (roc, pr) = plt.subplots(1, 2, figsize=(12, 5))
    for name, score in scores.items():
        hit = label[np.argsort(-score, kind="stable")].astype(float)
        found, false = np.cumsum(hit), np.cumsum(1 - hit)
        roc.plot(thin(false / false[-1]), thin(found / found[-1]), label=name, **style(name))
        pr.plot(thin(found / found[-1]), thin(found / np.arange(1, len(hit) + 1)), label=name, **style(name))
    roc.plot([0, 1], [0, 1], color="grey", linewidth=0.5)
    roc.set(xlabel="false positive rate", ylabel="true positive rate", title="ROC")
    pr.set(xlabel="recall", ylabel="precision", title="precision and recall", ylim=(0, min(1, 12 * label.mean() + 0.2)))
    roc.legend(fontsize=7)
    return figure


def calibration(scores: dict, label):
    figure, axis = plt.subplots(figsize=(6, 5))
    for name, p in scores.items():
        parts = [part for part in np.array_split(np.argsort(p, kind="stable"), BINS) if len(part)]
        axis.plot([p[part].mean() for part in parts], [max(label[part].mean(), 1e-5) for part in parts],
                  marker="o", markersize=3, label=name, **style(name))
    low, high = 1e-4, 1
    axis.plot([low, high], [low, high], color="grey", linewidth=0.5)
    axis.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high),
             xlabel="mean probability of a tenth of the rows", ylabel="share of positives", title="calibration")
    axis.legend(fontsize=7)
    return figure


def lift(scores: dict, label):
    figure, axis = plt.subplots(figsize=(6, 5))
    share = np.linspace(0.005, 1, 200)
    for name, score in scores.items():
        found = np.cumsum(label[np.argsort(-score, kind="stable")]) / label.sum()
        axis.plot(share, found[np.maximum((share * len(label)).astype(int) - 1, 0)] / share, label=name, **style(name))
    axis.set(xscale="log", xlabel="share of rows, riskiest first", ylabel="times the base rate", title="lift")
    axis.legend(fontsize=7)
    return figure


def learning(histories: dict):
    shown = {name: [looks for h in seeds if len(looks := [point for point in h if "valid" in point]) > 1]
             for name, seeds in histories.items()}
    shown = {name: seeds for name, seeds in shown.items() if seeds}
    figure, axes = plt.subplots(1, max(1, len(shown)), figsize=(3 * max(1, len(shown)), 3), squeeze=False)
    for axis, (name, seeds) in zip(axes[0], shown.items()):
        for history in seeds:
            axis.plot([point["epoch"] for point in history], [point["valid"] for point in history], linewidth=1)
        axis.set_title(name, fontsize=7)
        axis.set_xlabel("epoch or tree", fontsize=7)
        axis.tick_params(labelsize=6)
    axes[0][0].set_ylabel("valid log loss", fontsize=7)
    return figure
