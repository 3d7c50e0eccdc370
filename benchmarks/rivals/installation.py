"""The virtual environment of the packages that benchmarks compare with.

It is not the project's own: django-cqrs wants a Django below 6, and nobody else needs them. It is made when it is first
needed, and anew when the list of packages changes.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.exceptions import StandFailed

BENCHMARKS = Path(__file__).resolve().parents[1]
PINNED = BENCHMARKS / "requirements.txt"
FOLDER = BENCHMARKS.parent / "build" / "rivals"


def rivals_python() -> Path:
    """The interpreter of the environment, which is made if it is not there.

    Raises:
        StandFailed: if the packages cannot be installed.
    """
    python, stamp = FOLDER / "bin" / "python", FOLDER / "installed"
    wanted = hashlib.sha256(PINNED.read_bytes() + sys.version.encode()).hexdigest()
    with only_one():
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(FOLDER, ignore_errors=True)
            run(sys.executable, "-m", "venv", str(FOLDER))
            run(str(python), "-m", "pip", "--quiet", "install", "--requirement", str(PINNED))
            stamp.write_text(wanted)
    return python


@contextmanager
def only_one() -> Iterator[None]:
    """Benchmarks that are started side by side make one environment, not two over each other."""
    FOLDER.parent.mkdir(exist_ok=True)
    with FOLDER.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise StandFailed(f"{' '.join(command)} ended with {done.returncode}: {last}")
