"""A monolith in a folder and an environment of its own, as whoever runs it sees it: commands and processes."""

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.processes import Process

ROOT = Path(__file__).resolve().parents[2]
# The monolith knows nothing of this run: neither its settings nor its measuring nor its Python options.
OF_THIS_RUN = ("PYTEST_", "COVERAGE_", "TESTS_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "CELERY_", "PYTHON")
SECONDS = 300


@dataclass(frozen=True, kw_only=True)
class Monolith:
    """The monolith in ``folder``, run with ``python`` on ``database_url``.

    ``settings`` names the module of the monolith's own settings, ``spawn`` starts processes that end with the test.
    """

    folder: Path
    python: Path
    database_url: str
    settings: str
    spawn: Callable[..., Process]

    def run(self, *arguments: str) -> str:
        """What ``python`` with these arguments prints; it must succeed."""
        result = subprocess.run(
            [self.python, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if result.returncode:
            raise AssertionError(f"{' '.join(arguments)} ended with {result.returncode}:\n{result.stderr}")
        return result.stdout

    def rows(self, *arguments: str) -> dict[tuple[str, Any], Any]:
        """The rows that a program prints as JSON lines, by model and key."""
        printed = [json.loads(line) for line in self.run(*arguments).splitlines()]
        return {(row["model"], row["pk"]): row["fields"] for row in printed}

    def start(self, *arguments: str) -> Process:
        """The same as a process beside the test."""
        return self.spawn([str(self.python), *arguments], self.environment, folder=self.folder)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OF_THIS_RUN)}
        return kept | {
            "DATABASE_URL": self.database_url,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT}",
            "PYTHONHASHSEED": "0",  # REST framework lists the allowed methods in a set's order
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore",
        }
