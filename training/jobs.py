"""
Several fits at once, each in a forked process: it reads the parent's data without a copy, keeps its results in files, and
takes its memory with it when it ends.

    for task, problem in each(tasks, 2, act):       # problem: what act returned, None where all is well

Forking is sound only while the parent has started no threads of PyTorch, OpenMP or CUDA; so it loads data and fits nothing itself.
"""

import ctypes
import multiprocessing
import os
import signal
from multiprocessing.connection import wait
from typing import Callable, Iterator, NamedTuple

from dataset import Refused

END_WITH_PARENT = 1     # PR_SET_PDEATHSIG
LONGEST = 1_000         # letters of a problem: a pipe holds so many, and nobody reads it before the process has ended
GRACE = 10              # seconds that an interrupted process has to come out of a library's loop


class Problem(NamedTuple):
    """Why a task left nothing; `failed` where that is an error, and not something that cannot be done here."""

    words: str
    failed: bool


def each(tasks, count: int, act: Callable, after=lambda task, other: False) -> Iterator[tuple]:
    """
    Yields (task, act(task)) as tasks end, `count` at a time and the first first; act returns None or a Problem. A task does
    not begin while one is unfinished that it comes `after`. With a count of 1 all happens in this process. Interrupted, or
    when the caller stops listening, the processes are ended too.
    """
    waiting, running = list(tasks), {}                  # process -> (task, its end of a pipe)
    try:
        while waiting or running:
            unfinished = [*waiting, *(task for task, _ in running.values())]
            ready = [t for t in waiting if not any(after(t, other) for other in unfinished)]
            if not ready and not running:
                raise Refused("each of the tasks waits for another")
            if count == 1:
                waiting.remove(ready[0])
                yield ready[0], act(ready[0])
                continue
            for task in ready[: count - len(running)]:
                waiting.remove(task)
                process, pipe = begin(task, act)
                running[process] = task, pipe
            wait([process.sentinel for process in running])
            for process in [p for p in running if not p.is_alive()]:
                task, pipe = running.pop(process)
                yield task, told(process, pipe)
    finally:
        for process in running:
            process.terminate()
        try:
            for process in running:
                process.join(GRACE)
        finally:                                        # after another Ctrl-C too
            for process in running:
                process.kill()


def begin(task, act):
    """Starts a process; (it, where its problem will be told)."""
    listen, speak = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=within, args=(task, act, speak, os.getpid()), daemon=True)
    process.start()
    speak.close()
    return process, listen


def within(task, act, speak, parent: int) -> None:
    """What the process does: one task. It ends with its parent, however that ends: two fits must not write one folder."""
    def stop(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        try:
            ctypes.CDLL("libc.so.6").prctl(END_WITH_PARENT, signal.SIGKILL)
        except (OSError, AttributeError):
            pass                                        # not Linux
        if os.getppid() == parent:
            problem = act(task)
            speak.send(problem and problem._replace(words=problem.words[:LONGEST]))
    except KeyboardInterrupt:
        os._exit(130)                                   # without a trace: the parent says that it was interrupted


def told(process, pipe) -> Problem | None:
    """What act returned, or how the process died over it."""
    try:
        if pipe.poll():
            return pipe.recv()
        raise EOFError
    except EOFError:
        process.join()
        how = f"signal {-process.exitcode}" if process.exitcode < 0 else f"exit code {process.exitcode}"
        hint = "; the machine may be short of memory (--jobs 1 needs less)" if process.exitcode == -signal.SIGKILL else ""
        return Problem(f"its process ended with {how}{hint}", True)
    finally:
        pipe.close()
