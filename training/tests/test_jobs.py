"""Fits side by side: order, failures, and that nothing outlives the ladder."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

import jobs
import run_ladder
from dataset import Refused
from test_ladder import Counting, few_draws, found, loaded, small_run  # noqa: F401  (fixtures)


def test_tasks_run_at_once_in_processes_of_their_own(tmp_path):
    here = []

    def act(task):
        here.append(task)
        (tmp_path / task).write_text(str(os.getpid()))
        deadline = time.monotonic() + 30
        while len(list(tmp_path.iterdir())) < 2:                                         # each waits for the other
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return jobs.Problem("a sentence", failed=False) if task == "b" else None

    assert dict(jobs.each(["a", "b"], 2, act)) == {"a": None, "b": jobs.Problem("a sentence", failed=False)}
    assert not here and str(os.getpid()) not in {path.read_text() for path in tmp_path.iterdir()}
    assert list(jobs.each(["a", "b"], 1, lambda task: here.append(task))) == [("a", None), ("b", None)] and here == ["a", "b"]


@pytest.mark.parametrize("count", [1, 2])
def test_a_task_begins_after_those_that_it_needs(tmp_path, count):
    order = tmp_path / "order"
    order.touch()

    def act(task):
        time.sleep(0.2 if task == "lender" else 0)
        with order.open("a") as file:
            file.write(f"{task}\n")

    assert len(list(jobs.each(["borrower", "lender"], count, act, lambda task, other: (task, other) == ("borrower", "lender")))) == 2
    assert order.read_text().split() == ["lender", "borrower"]
    with pytest.raises(Refused, match="waits for another"):
        list(jobs.each(["a", "b"], count, act, lambda task, other: task != other))


def test_a_process_that_is_killed_is_told_and_costs_the_others_nothing():
    def act(task):
        if task == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    found = dict(jobs.each([1, 2, 3], 2, act))
    assert found[1] is None and found[3] is None and found[2].failed and "signal 9; the machine may be short of memory" in found[2].words


def test_a_long_problem_is_cut_and_hangs_nothing():
    (_, problem), = jobs.each([1], 2, lambda task: jobs.Problem("x" * 200_000, failed=True))
    assert problem == jobs.Problem("x" * jobs.LONGEST, failed=True)


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_processes_end_with_the_ladder(tmp_path, how):
    program = f"""
import os, sys, time
sys.path.insert(0, {str(Path(jobs.__file__).parent)!r})
import jobs
def act(task):
    open(f"{tmp_path}/{{task}}", "w").write(str(os.getpid()))
    time.sleep(60)
list(jobs.each(["a", "b"], 2, act))
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    read = lambda: [int(path.read_text() or 0) for path in tmp_path.iterdir()]
    deadline = time.monotonic() + 30
    while len(read()) < 2 or 0 in read():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    parent.send_signal(how)
    parent.wait(30)
    deadline = time.monotonic() + 30
    while any(map(running, read())):
        assert time.monotonic() < deadline, "a fit outlived the ladder"
        time.sleep(0.02)


def test_a_ladder_of_two_jobs_writes_what_a_ladder_of_one_writes(found, tmp_path, monkeypatch):  # noqa: F811
    class Broken(Counting):
        number, name = "2", "broken"

        def fit(self, data, split, seed, config, say):
            raise Refused("made up") if seed == 1 else ZeroDivisionError("made up")

    monkeypatch.setattr(run_ladder, "discover", lambda: ([Counting(found), Broken(found)], []))
    results = []
    for count in (1, 2):
        Counting.fits = []
        run = replace(small_run(), jobs=count)
        result, whole = run_ladder.run_all(run, "", tmp_path / f"results{count}", tmp_path / f"runs{count}", lambda text: None,
                                           loaded(found))
        assert Counting.fits == ([1, 2] if count == 1 else [])                           # what a process of its own counts is lost
        assert not whole and f"{count} fit{'s' * (count - 1)} at once of 1 thread," in result["machine"]
        results.append((result["rungs"][0]["seed_auc"], len(result["rungs"]), result["left_out"]))
    assert results[0] == results[1] and results[0][1:] == (1, ["rung 2 (broken) failed with ZeroDivisionError: made up"])


@pytest.mark.parametrize("count", [1, 2])
def test_a_rung_that_is_refused_says_why(found, tmp_path, monkeypatch, count):  # noqa: F811
    class Needy(Counting):
        number, name = "2", "needy"

        def fit(self, data, split, seed, config, say):
            raise Refused(f"seed {seed} is not to its taste")

    monkeypatch.setattr(run_ladder, "discover", lambda: ([Counting(found), Needy(found)], []))
    result, whole = run_ladder.run_all(replace(small_run(), jobs=count), "", tmp_path / "results", tmp_path / "runs",
                                       lambda text: None, loaded(found))
    assert whole and result["left_out"] == ["rung 2 (needy) is left out: seed 1 is not to its taste"]


def test_two_ladders_do_not_share_a_folder(found, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(run_ladder, "discover", lambda: ([Counting(found)], []))
    go = lambda: run_ladder.run_all(small_run(), "", tmp_path / "results", tmp_path / "runs", lambda text: None, loaded(found))
    held = run_ladder.alone(tmp_path / "runs" / "small")
    with pytest.raises(Refused, match="another ladder is at work in"):
        go()
    held.close()
    go()
