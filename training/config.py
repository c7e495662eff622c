"""
One config file a run (TOML); training/configs holds those that come with the program. What a file may say:

    data = "sim"            # sim, yc, warn or table
    size = "demo"           # demo (two cores) or full (a GPU)
    seeds = [1, 2, 3]
    rungs = ["1", "2b"]     # left out: all
    device = "auto"         # auto, cpu, cuda, cuda:1
    jobs = 0                # fits of the ladder at once; 0: one a core, AT_ONCE at most; on a GPU always 1
    threads = 0             # of each; 0: OMP_NUM_THREADS, else what the jobs leave of the cores
    [[worlds]]              # sim: companies, years, seed, and world = { TextStrength = 1.0 }
    [table]                 # table.py
    [split]                 # split.py
    [rung.2b]               # settings of one rung; ladder/*.py names them
"""

import ctypes
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from dataset import Refused

AT_ONCE = 4             # fits of a ladder, at most, where nothing is said: each needs one to three GB
CONFIGS = Path(__file__).resolve().parent / "configs"
KINDS, SIZES = ("sim", "yc", "warn", "table"), ("demo", "full")


@dataclass
class Run:
    """One run of the ladder, as its file describes it."""

    data: str
    size: str = "demo"
    seeds: list[int] = field(default_factory=lambda: [1, 2, 3])
    rungs: list[str] = field(default_factory=list)
    device: str = "auto"
    jobs: int = 0
    threads: int = 0
    worlds: list[dict] = field(default_factory=list)
    table: dict = field(default_factory=dict)
    split: dict = field(default_factory=dict)
    rung: dict[str, dict] = field(default_factory=dict)
    name: str = ""              # of results and folders; <data>-<size> where it is left out

    def __post_init__(self):
        if self.data not in KINDS:
            raise Refused(f"data is {self.data!r}; allowed are {', '.join(KINDS)}")
        if self.size not in SIZES:
            raise Refused(f"size is {self.size!r}; allowed are {', '.join(SIZES)}")
        if not self.seeds or len(set(self.seeds)) != len(self.seeds):
            raise Refused(f"seeds are {self.seeds}; at least one, and each once")
        for name in ("jobs", "threads"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 0:
                raise Refused(f"{name} is {getattr(self, name)!r}; allowed are 1 and more, and 0 for what fits the machine")
        self.rungs = [str(number) for number in self.rungs]
        stem = Path(self.table["file"]).name.split(".")[0] if self.data == "table" and self.table.get("file") else self.data
        self.name = self.name or f"{'table-' if self.data == 'table' and stem in KINDS else ''}{stem}-{self.size}"

    @property
    def cores(self) -> str:
        """What each fit has of the machine."""
        return f"{self.jobs} fit{'s' * (self.jobs > 1)} at once of {self.threads} thread{'s' * (self.threads > 1)}"

    def set_up_torch(self, at_once: int = 1) -> str:
        """
        The device to use; sets the threads of a fit, and how many run at once: what the run says or `at_once` at most, but one where
        that is 1.
        """
        import torch
        gpu = self.device != "cpu" and torch.cuda.is_available()        # asking starts the driver, which no fork survives
        if self.device.startswith("cuda") and not gpu:
            raise Refused(f"device is {self.device}, but PyTorch sees no GPU; allowed here are auto and cpu")
        device, cores = ("cuda" if gpu else "cpu") if self.device == "auto" else self.device, os.cpu_count() or 1
        self.jobs = 1 if device.startswith("cuda") or at_once == 1 else self.jobs or min(at_once, cores)
        self.threads = self.threads or of_environment() or max(1, cores // self.jobs)
        torch.set_num_threads(self.threads)
        keep_memory()
        return device


def of_environment() -> int:
    """OMP_NUM_THREADS, of which the first number counts; 0 where it says none."""
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return int(first) if first.isdigit() else 0


def keep_memory() -> None:
    """
    Lets glibc reuse freed blocks of up to 32 MB rather than hand them back: a step's tensors come and go, and a page fault for each of
    their pages costs as much as the arithmetic. Nothing happens where there is no glibc.
    """
    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-3, 32 << 20)      # M_MMAP_THRESHOLD
        libc.mallopt(-1, 512 << 20)     # M_TRIM_THRESHOLD
    except (OSError, AttributeError):
        pass


def read(path) -> Run:
    path = Path(path)
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except OSError:
        raise Refused(f"{path} cannot be read; training/configs holds "
                      f"{', '.join(sorted(p.name for p in CONFIGS.glob('*.toml')))}") from None
    except tomllib.TOMLDecodeError as broken:
        raise Refused(f"{path} is not TOML: {broken}") from None
    unknown = sorted(set(found) - set(Run.__dataclass_fields__))
    if unknown:
        raise Refused(f"{path}: unknown setting {unknown[0]}; allowed are {', '.join(Run.__dataclass_fields__)}")
    if "data" not in found:
        raise Refused(f"{path} does not name its data")
    return Run(**found)


def of(data: str, size: str) -> Run:
    """The file that comes with the program."""
    return read(CONFIGS / f"{data}-{size}.toml")


def write(run: Run, path) -> None:
    """The file that reads as this run."""
    Path(path).write_text("\n".join(lines({k: v for k, v in vars(run).items() if v not in ([], {}, "")})) + "\n", "utf-8")


def lines(table: dict, at: str = "") -> list[str]:
    plain = {k: v for k, v in table.items() if not isinstance(v, dict) and not (isinstance(v, list) and v and isinstance(v[0], dict))}
    out = [f"{key} = {literal(value)}" for key, value in plain.items() if value is not None]
    for key, value in table.items():
        if key in plain:
            continue
        name = f"{at}{key if key.isidentifier() else literal(key)}"
        for part in value if isinstance(value, list) else [value]:
            inner = lines(part, name + ".")
            head = ([f"[[{name}]]"] if isinstance(value, list) else
                    [f"[{name}]"] if any(not isinstance(v, dict) for v in part.values()) else [])
            out += ["", *head, *inner]
    return out


def literal(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)
