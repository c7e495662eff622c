"""
Python packages that Debian does not have, taken from ../shared/wheels where that folder is present.

They are unpacked once into .jianwei/python and put last on the path, so an installed package always wins.
"""

import sys
import zipfile
from contextlib import suppress
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
UNPACKED = ROOT / ".jianwei" / "python"


ALSO = {"lightgbm": ["narwhals"], "tabm": ["rtdl_num_embeddings"]}   # what a wheel needs that Debian does not have either


def offer(name: str) -> bool:
    """Makes `import name` work if it can; false where the package is nowhere."""
    if str(UNPACKED) not in sys.path:
        sys.path.append(str(UNPACKED))
    if find_spec(name) is None:
        for wheel in sorted((ROOT.parent / "shared" / "wheels").glob(f"{name}-*.whl")):
            UNPACKED.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=UNPACKED) as aside:                      # another fit may be doing the same
                zipfile.ZipFile(wheel).extractall(aside)
                for part in sorted(Path(aside).iterdir(), key=lambda part: part.name == name):   # the package last, when it is whole
                    if not (UNPACKED / part.name).exists():
                        with suppress(OSError):
                            part.rename(UNPACKED / part.name)
            invalidate_caches()
    return find_spec(name) is not None and all(map(offer, ALSO.get(name, [])))
