"""Discovery of catalogue entries: what it finds, what it must not find, and that the Featurizer serves what it writes."""

import json
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

import candidates
import discover
import discovery
from dataset import Refused
from train import ROOT

PROGRAM = ROOT / "src" / "App" / "bin" / "Release" / "net10.0" / "jianwei"
KNOWN = ["unknown.0", "tick", "change.name", "change.capital", "filing.pledge", "filing.penalty", "outcome.default"]
BASE = {"schema_version": 1, "event_sets": {"any": ["*"], "bad": ["filing.pledge", "filing.penalty"]}, "features": [
    {"name": "any_count_{window}", "group": "activity", "events": "any", "aggregate": "count", "windows": [30, 365], "transform": "log1p"},
    {"name": "bad_count_30d", "group": "distress", "events": "bad", "aggregate": "count", "windows": [30], "transform": "log1p"}]}
COUNTS, AMOUNTS = np.array([0, 900, 400, 200, 300, 60, 100]), np.array([0, 0, 0, 190, 10, 0, 0])


def made_up(seed: int, planted: float, companies=600, months=14, candidates_=40, own=0.0) -> discovery.Problem:
    """
    Companies over months; 3 present features that know something, 40 candidates, of which the first is of use where `planted` > 0;
    `own`: a risk of each company's that nothing tells.
    """
    random = np.random.default_rng(seed)
    company, month = np.tile(np.arange(companies), months), np.repeat(np.arange(months), companies)
    slow = random.normal(size=(companies, candidates_ + 3))[company]                    # rows of a company are alike
    x = (slow + (0.0 if own else 0.5) * random.normal(size=slow.shape)).astype(np.float32)
    if own:
        x[:, :3] = random.normal(size=(len(x), 3))                                      # nothing to know a company by but the candidates
    x[:, 5] = np.maximum(x[:, 5], 0)                                                    # mostly one value, as counts are
    weather = 0.8 * np.sin(month)                                                       # of the calendar: no candidate may gain by it
    x[:, 6] += month / 4
    z = -2.6 + 0.8 * x[:, 0] + weather + planted * x[:, 3] + own * np.random.default_rng(seed + 99).normal(size=companies)[company]
    y = (random.random(len(z)) < 1 / (1 + np.exp(-z))).astype(float)
    train, valid = np.flatnonzero(month < 0.57 * months), np.flatnonzero(month >= 0.57 * months)
    wide = x[:, 3:]
    return discovery.Problem(x[:, :3], wide, discovery.binned(wide, train), y, company, month, train, valid)


def found(problem, q=0.1, most=6):
    return discovery.search(problem, q, most, 1, lambda text: None, time.monotonic() + 600).accepted


def test_planted_signal_is_found_and_little_else():
    picked = found(made_up(1, planted=0.8))
    assert picked[0] == 0 and len(picked) <= 2


def test_noise_is_no_discovery_in_most_worlds():
    worlds = [found(made_up(seed, planted=0.0), most=1) for seed in range(12)]
    assert sum(map(bool, worlds)) <= 2, worlds


def test_what_a_company_was_like_before_is_no_discovery():
    """Columns that hardly move name their companies: learned by heart in the train slice they would gain in the valid slice."""
    rounds = [discovery.search(made_up(seed, planted=0.0, companies=200, months=40, own=3.0), 0.1, 1, 1, lambda text: None,
                               time.monotonic() + 600).rounds[0] for seed in range(4)]
    assert sum(r["shadows"] + r["passed"] for r in rounds) <= 2, rounds


def test_copy_of_a_present_feature_is_no_discovery():
    problem = made_up(3, planted=0.0)
    problem.wide[:, 0] = problem.base[:, 0]
    problem.codes[:, 0] = discovery.binned(problem.wide[:, :1], problem.train)[:, 0]
    assert found(problem) == []


def test_of_two_near_copies_one_joins():
    problem = made_up(4, planted=0.8)
    problem.wide[:, 1] = problem.wide[:, 0] * 2 + 0.01
    problem.codes[:, 1] = problem.codes[:, 0]
    assert len({0, 1} & set(found(problem))) == 1


def test_benjamini_and_hochberg_on_their_paper():
    p = np.array([.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528, .7590, 1.0])
    assert discovery.threshold(p, 0.05) == .0095            # their example: the first four
    assert discovery.threshold(p[5:], 0.05) == -1


def test_shadow_keeps_the_month_and_the_values():
    problem = made_up(5, 0.0)
    other = discovery.dealt(problem, 1)
    assert sorted(other) == list(range(len(other))) and (problem.month[other] == problem.month).all()
    assert (problem.company[other] != problem.company).mean() > 0.99
    neighbour = problem.company[other].reshape(14, -1)
    assert (neighbour == neighbour[0]).all()                # a company is another company, and not many


def test_interrupted_search_goes_on_to_the_same_end():
    problem, seen = made_up(1, planted=0.8), []
    whole = discovery.search(problem, 0.1, 6, 1, lambda text: None, time.monotonic() + 600,
                             keep=lambda rounds: seen.append(json.loads(json.dumps(rounds))))
    again = discovery.search(problem, 0.1, 6, 1, lambda text: None, time.monotonic() + 600, before=seen[0])
    assert again.rounds == whole.rounds
    none = discovery.search(problem, 0.1, 6, 1, lambda text: None, time.monotonic() - 1, before=seen[0])
    assert none.rounds == seen[0]                           # no budget: what there is


def test_candidates_are_new_and_of_events_that_the_archive_has():
    entries = candidates.propose(BASE, KNOWN, COUNTS, AMOUNTS)
    names = {e["name"] for e in entries}
    assert "found_any_count_90d" in names and "found_any_count_30d" not in names            # the base has it
    assert "found_filing_pledge_ratio_30d_365d" in names and "found_bad_silence_life" in names
    # filing.* is the set bad
    assert not any("outcome" in e["events"] or "tick" in e["events"] or e["events"] == "filing.*" for e in entries)
    assert "found_change_capital_sum_365d" in names and "found_filing_pledge_sum_365d" not in names      # too few amounts
    assert next(e for e in entries if e["name"] == "found_filing_pledge_count_90d")["group"] == "distress"
    assert len(names) == len(entries)
    few = candidates.propose(BASE, KNOWN, np.where(np.arange(7) == 5, 10, COUNTS), AMOUNTS)
    assert not any("penalty" in e["events"] for e in few)


def test_written_catalogue_reads_back(tmp_path):
    whole = candidates.extended(BASE, candidates.propose(BASE, KNOWN, COUNTS, AMOUNTS))
    candidates.write(whole, tmp_path / "new" / "c.json")
    assert candidates.read(tmp_path / "new" / "c.json") == whole


@pytest.mark.parametrize(("text", "words"), [
    ("{", "is not JSON"), ("[]", "is not a feature catalogue"), ('{"features": []}', "it has no features")])
def test_broken_catalogue_is_one_sentence(tmp_path, text, words):
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(Refused, match=words):
        candidates.read(tmp_path / "c.json")


@pytest.mark.parametrize(("arguments", "words"), [
    ([], "name the archive"), (["--from", "ndjson:x"], "needs --valid-from"), (["--data", "sim", "--q", "0"], "--q 0.0"),
    (["--data", "sim", "--budget", "soon"], "--budget soon"),
    (["--data", "sim", "--catalogue", "/none.json"], "there is no feature catalogue")])
def test_wrong_arguments_are_one_sentence(arguments, words):
    with pytest.raises(Refused, match=words):
        discover.main(arguments)


def message(company: int, when: int, kind: str, number: int) -> str:
    day = str(np.datetime64("2020-01-01") + when)
    body = {"schema_version": 1, "source": "test", "source_event_id": f"e{number}",
            "company": {"scheme": "X-SIM", "id": f"{company:09d}", "name": f"c{company}"},
            "observed_time": f"{day}T12:00:00Z", "kind": kind}
    return json.dumps({**body, "date": day} if kind == "default" else {**body, "event_time": day})


@pytest.mark.skipif(not PROGRAM.exists(), reason="the program is not built (./jianwei export --help builds it)")
def test_command_finds_what_was_planted_and_the_featurizer_serves_it(tmp_path, monkeypatch, capsys):
    """Pledges of the last quarter end in default; the base catalogue knows only the number of all events."""
    random, lines = np.random.default_rng(0), []
    for c in range(500):
        when, risky = sorted(random.integers(0, 900, 14)), random.random() < 0.3
        lines += [(int(w), c, str(random.choice(["penalty", "tender_won", "annual_report"]))) for w in when]
        if risky:
            pledge = int(random.integers(60, 800))
            lines += [(pledge + d, c, "pledge") for d in (0, 3, 9)]
            if random.random() < 0.7:
                lines.append((pledge + int(random.integers(20, 150)), c, "default"))
    lines.sort()
    (tmp_path / "events.ndjson").write_text("\n".join(message(c, w, kind, i) for i, (w, c, kind) in enumerate(lines)) + "\n")
    candidates.write({"schema_version": 1, "event_sets": {"any": ["*"]}, "features": [
        {"name": "any_count_365d", "group": "activity", "events": "any", "aggregate": "count", "windows": [365]}]}, tmp_path / "base.json")
    monkeypatch.setattr(discover, "FOLDER", tmp_path / "runs" / "discover")
    (tmp_path / "runs").mkdir()
    assert discover.main(["--from", f"ndjson:{tmp_path / 'events.ndjson'}", "--horizon", "180", "--valid-from", "2021-04-01",
                          "--calibrate-from", "2021-09-01", "--catalogue", str(tmp_path / "base.json"),
                          "--out", str(tmp_path / "out.json"), "--most", "4"]) == 0
    said = capsys.readouterr().out
    chosen = candidates.read(tmp_path / "out.json")["features"]
    assert chosen[0]["name"] == "any_count_365d" and "pledge" in chosen[1]["events"] and "exported = chosen, bit by bit" in said
    served = subprocess.run([str(PROGRAM), "export", "--from", f"ndjson:{tmp_path / 'events.ndjson'}", "--out", str(tmp_path / "served"),
                             "--catalogue", str(tmp_path / "out.json"), "--json"], capture_output=True, text=True, check=True)
    assert [f["name"] for f in json.loads(served.stdout)["features"]] == [e["name"] for e in chosen]
