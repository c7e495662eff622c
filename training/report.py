"""
The tables that people read, made from training/results/<name>.json; the ladder also writes plots and a model card.

    /usr/bin/python3 training/report.py training/results/sim-demo.json            # the table, as Markdown
    /usr/bin/python3 training/report.py --readme README.md                         # renews the tables between <!-- ladder:NAME -->
                                                                                   # and <!-- /ladder -->
"""

import argparse
import json
import re
import sys
from pathlib import Path

import numpy as np

from dataset import Refused

RESULTS = Path(__file__).resolve().parent / "results"


def number(value, digits=3, sign=False) -> str:
    return "–" if value is None else f"{value:{'+' if sign else ''}.{digits}f}"


def gap(of: dict) -> str:
    """A difference of AUC with its interval."""
    return f"{number(of['auc'], 4, True)} [{number(of['low'], 4, True)}, {number(of['high'], 4, True)}]"


def table(result: dict) -> str:
    """The ladder as a Markdown table with a line before it that says of what; of an ablation's results, its table."""
    if "judged_on" in result:
        return ablation(result["rows"])
    split = result["split"]
    oracles = "" if result["observable_oracle_auc"] is None else (
        f"AUC of the oracles on the same rows: observable {number(result['observable_oracle_auc'])}, "
        f"latent {number(result['latent_oracle_auc'])}. ")
    lines = [
        f"`{result['name']}`, {result['date']}, {result['machine']}; {len(result['seeds'])} seeds; "
        f"{result['rows']['train']:,} training rows, {result['rows']['test']:,} test rows of {split['test']['companies']:,} companies, "
        f"{result['base_rate']:.2%} positive ({split['kind']}, "
        f"{split['test']['from'] or 'without'} to {split['test']['to'] or 'time'}). {oracles}"
        f"Seconds are of all seeds and {result.get('seconds_are', 'as measured')}. `{result['command']}`", "",
        "| rung | AUC [95 %] | AP | recall at 10 % | ECE | minus 2b [95 %] | seconds |" if result["observable_oracle_auc"] is None else
        "| rung | AUC [95 %] | of the way to the ceiling | AP | recall at 10 % | ECE | minus 2b [95 %] | seconds |"]
    lines.append("|" + "---|" * (lines[-1].count("|") - 1))
    for row in result["rungs"]:
        cells = [f"{row['rung']} {row['name']}", f"{number(row['auc'])} [{number(row['low'])}, {number(row['high'])}]",
                 *([f"{row['of_the_way']:.0%}"] if result["observable_oracle_auc"] is not None else []),
                 number(row["ap"]), number(row["recall_10"]), number(row["ece"], 4),
                 "–" if row["minus_2b"] is None or row["rung"] == "2b" else gap(row["minus_2b"]),
                 f"{row['seconds']:.0f}"]
        lines.append("| " + " | ".join(cells) + " |")
    pairs = "; ".join(f"{of['rung']} minus {of['minus']} {gap(of)}" for of in result.get("differences", []))
    differences = [f"Other differences of AUC, paired alike: {pairs}.", ""] if pairs else []
    return "\n".join([*lines, "", *differences, *(f"- {line}" for line in result["left_out"])]).rstrip() + "\n"


def ablation(rows: list[dict]) -> str:
    """What each part of a rung is worth, as a Markdown table."""
    lines = ["| rung without, or with | AUC (calibrate) | minus default [95 %] | seconds |", "|---|---|---|---|"]
    lines += [f"| {row['name']} | {row['auc']:.4f} | {gap(row['minus_default'])} | {row['seconds']:.0f} |" for row in rows]
    return "\n".join(lines) + "\n"


def card(result: dict) -> str:
    """A Markdown model card of the whole ladder; an ablation has none but its table."""
    if "judged_on" in result:
        return table(result)
    about, split = result["source"], result["split"]
    best = max(result["rungs"], key=lambda row: row["valid_auc"])
    lines = [
        f"# Model card: {result['name']}", "",
        f"**What it predicts.** {about['target']}" + (f" within {about['horizon_days']} days" if about["horizon_days"] else "") + ".",
        f"**Data.** {about['source']}. "
        + ("Simulated: made up by a program whose laws are known. Nothing here says how a model does on real companies."
           if result["data"] == "sim" else "Not a model of default unless the label is."),
        f"**Split.** {split['kind']}; embargo {split['embargo_days']} days; {split['hold_out']:.0%} of companies only in the test; "
        f"{'valid and calibrate share companies that are in no other; ' if split.get('judges') else ''}"
        f"{split['keep_negatives']:.0%} of the training negatives kept; every {split['thin_months']}. monthly row.", "",
        "| slice | rows | companies | positive | from | to |", "|---|---|---|---|---|---|",
        *(f"| {name} | {split[name]['rows']:,} | {split[name]['companies']:,} | {split[name]['positive']:,} | "
          f"{split[name]['from'] or '–'} | {split[name]['to'] or '–'} |"
          for name in ("train", "valid", "calibrate", "test")), "",
        "## Figures", "", "Means over seeds; intervals resample companies. No fit and no calibration looks at the test slice.", "",
        table(result),
        f"On the valid slice rung {best['rung']} ({best['name']}) is best: AUC {number(best['valid_auc'])}; "
        f"on the test {number(best['auc'])} [{number(best['low'])}, {number(best['high'])}].", "",
        "| rung | Brier | accuracy on a balanced cohort | AP [95 %] | AUC of each seed | of their mean | calibration "
        "| watch from | high from |", "|" + "---|" * 9,
        *(f"| {row['rung']} | {number(row['brier'], 5)} | {number(row['balanced_accuracy'])} | "
          f"{number(row['ap'])} [{number(row['ap_low'])}, {number(row['ap_high'])}] | "
          f"{', '.join(number(a, 4) for a in row['seed_auc'])} | {number(row['mean_of_seeds_auc'], 4)} | "
          f"{', '.join(dict.fromkeys(row['calibration']))} | "
          f"{row['bands'][1]['fire']:.1%} | {row['bands'][2]['fire']:.1%} |" for row in result["rungs"]), "",
        "Bands: *watch* at the F2-optimal threshold, *high* at the F0.5-optimal one, of the calibrate slice.", "",
        "![ROC and precision-recall](curves.png)", "![calibration](calibration.png)", "![lift](lift.png)",
        "![learning curves](learning.png)", "",
        f"Made by `{result['command']}` on {result['machine']}, {result['date']}."]
    return "\n".join(lines) + "\n"


def write(result: dict, drawn: dict, label, folder: Path, oracle, say) -> None:
    """Model card and plots of a run; without matplotlib the plots are left out with a line."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "card.md").write_text(card(result), "utf-8")
    try:
        import plots
    except ModuleNotFoundError as gone:
        say(f"plots are left out: the Python package {gone.name} is missing")
        return
    plots.write(result, drawn, np.asarray(label), folder, oracle)


def renew(text: str, results: Path = RESULTS) -> str:
    """The same page with every <!-- ladder:NAME --> table made anew; NAME may be an ablation's."""
    def made(match):
        return f"<!-- ladder:{match[1]} -->\n{table(load(results / (match[1] + '.json')))}<!-- /ladder -->"
    return re.sub(r"<!-- ladder:([\w.-]+) -->\n.*?<!-- /ladder -->", made, text, flags=re.S)


def load(path: Path) -> dict:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Refused(f"{path} does not exist: run ./jianwei train --ladder") from None
    except ValueError as broken:
        raise Refused(f"{path} is not JSON ({broken})") from None


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("results", type=Path, nargs="*")
    p.add_argument("--card", action="store_true", help="the model card instead of the table")
    p.add_argument("--readme", type=Path)
    a = p.parse_args()
    for path in a.results or ([] if a.readme else sorted(RESULTS.glob("*-*.json"))):
        print((card if a.card else table)(load(path)))
    if a.readme:
        before = a.readme.read_text("utf-8")
        after = renew(before)
        a.readme.write_text(after, "utf-8")
        print(f"{a.readme}: {'renewed' if after != before else 'nothing changed'}")


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(f"error: {refused}")
