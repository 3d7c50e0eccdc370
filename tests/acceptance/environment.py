"""A virtual environment of a test's own: made once, and again when what it must hold has changed."""

import fcntl
import hashlib
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONSTRAINTS = ROOT / "constraints.txt"


def environment(folder: Path, requirements: Path) -> Path:
    """The Python of a virtual environment in ``folder`` with ``requirements`` and what the toolkit needs.

    The toolkit itself is not installed: name the checkout in ``PYTHONPATH``. What cannot be installed fails the
    test, in one line.
    """
    wanted = ["-r", str(requirements), "-c", str(CONSTRAINTS), *_needs_of_the_toolkit()]
    python, stamp = folder / "bin" / "python", folder / "installed"
    digest = _digest(requirements.read_text(), CONSTRAINTS.read_text(), *wanted, sys.version, sys.prefix)
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        # Workers of a parallel run wait for the one that installs.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != digest:
            stamp.unlink(missing_ok=True)
            venv.create(folder, clear=False, symlinks=True)
            _install(python, wanted)
            stamp.write_text(digest)
    return python


def _install(python: Path, wanted: list[str]) -> None:
    options = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--retries", "1"]
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, *wanted]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        # What went wrong first: without an index pip ends with conflicts between packages that it never saw.
        told = [
            line for line in result.stderr.splitlines() if line.startswith(("WARNING: Retrying", "ERROR:"))
        ]
        why = told[0] if told else result.stderr.strip()
        pytest.fail(f"pip needs a package index to install {python.parents[1].name}: {why}", pytrace=False)


def _needs_of_the_toolkit() -> list[str]:
    needs: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    return needs


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
