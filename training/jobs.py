"""
Several fits at once, each in a forked process: it reads the parent's data without a copy, keeps its results in files, and takes its memory with it when it ends.

    for task, problem in each(tasks, 2, act):       # problem: what act returned, None where all is well

Forking is sound only while the parent has started no threads of PyTorch, OpenMP or CUDA; so it loads data and fits nothing itself.
"""

import ctypes
import multiprocessing
import os
import signal
from multiprocessing.connection import wait
from typing import Callable, Iterator

from dataset import Refused

END_WITH_PARENT = 1     # PR_SET_PDEATHSIG


def each(tasks, count: int, act: Callable, after=lambda task, other: False) -> Iterator[tuple]:
    """
    Yields (task, act(task)) as they end, `count` at a time and the first of `tasks` first; what act returns is None or a sentence. A task does not begin while one
    is unfinished that it comes `after`. With a count of 1 all happens here. Interrupted, or when the caller stops listening, the processes are ended too.
    """
    if count == 1:
        for task in tasks:
            yield task, act(task)
        return
    waiting, running = list(tasks), {}                  # process -> (task, its end of a pipe)
    try:
        while waiting or running:
            unfinished = [*waiting, *(task for task, _ in running.values())]
            for task in [t for t in waiting if not any(after(t, other) for other in unfinished)][: count - len(running)]:
                waiting.remove(task)
                process, pipe = begin(task, act)
                running[process] = task, pipe
            if not running:
                raise Refused("each of the tasks waits for another")
            wait([process.sentinel for process in running])
            for process in [p for p in running if not p.is_alive()]:
                task, pipe = running.pop(process)
                yield task, said(process, pipe)
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.join()


def begin(task, act):
    """Starts a process; (it, where its sentence will be)."""
    listen, speak = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=within, args=(task, act, speak, os.getpid()))
    process.start()
    speak.close()
    return process, listen


def within(task, act, speak, parent: int) -> None:
    """What the process does: one task. It ends where its parent ends, however that ends: two fits must not write one folder."""
    def stop(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        try:
            ctypes.CDLL("libc.so.6").prctl(END_WITH_PARENT, signal.SIGTERM)
        except (OSError, AttributeError):
            pass                                        # not Linux
        if os.getppid() == parent:
            speak.send(act(task))
    except KeyboardInterrupt:
        os._exit(130)                                   # without a trace: the parent says that it was interrupted


def said(process, pipe) -> str | None:
    """What act returned; a sentence where the process died over it."""
    try:
        return pipe.recv()
    except EOFError:
        process.join()
        how = f"signal {-process.exitcode}" if process.exitcode < 0 else f"exit code {process.exitcode}"
        return f"its process ended with {how}" + ("; the machine may be short of memory (--jobs 1 needs less)" if process.exitcode == -signal.SIGKILL else "")
    finally:
        pipe.close()
