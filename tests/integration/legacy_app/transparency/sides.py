"""The two sides of a proof: the same program run with the monolith's settings and with those of an installation."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from legacy_app.servers.lifeline import Lifeline
from tests.processes import ROOT, Process

from .databases import Databases
from .recording import Recording

# Neither the sample nor another monolith knows anything of this run.
OF_THIS_RUN = ("PYTEST_", "TESTS_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "CELERY_", "EMAIL_")
SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Side:
    """One site: ``python`` with these settings, on databases that are copies of ``database``."""

    python: str
    settings: str
    database: str
    folder: Path = ROOT

    @contextmanager
    def running(self, database: str, *arguments: str) -> Iterator[Process]:
        with Lifeline() as lifeline:
            yield Process(lifeline, [self.python, *arguments], self.environment(database), folder=self.folder)

    def run(self, *arguments: str) -> str:
        """What the program prints, which works on the database itself."""
        with self.running(self.database, *arguments) as process:
            assert process.wait(SECONDS) == 0, process.output
            return process.output

    def environment(self, database: str) -> Mapping[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OF_THIS_RUN)}
        return kept | {
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": self.settings,
            "LOG_LEVEL": "ERROR",
            "PYTHONHASHSEED": "0",  # REST framework lists the allowed methods in a set's order
            "PYTHONPATH": f"{self.folder}{os.pathsep}{ROOT}",
            "PYTHONWARNINGS": "ignore",
        }


def recorded(
    databases: Databases, folder: Path, sides: list[Side], program: str, *options: str
) -> list[Recording]:
    """What a walk of each side recorded, which ran at the same time, each on a copy of its database."""
    files = [folder / f"{number}.json" for number in range(len(sides))]
    with ExitStack() as stack:
        walks = [
            stack.enter_context(
                side.running(databases.copy(side.database), "-m", program, "walk", str(file), *options)
            )
            for side, file in zip(sides, files, strict=True)
        ]
        for walk in walks:
            assert walk.wait(SECONDS) == 0, walk.output
    return [Recording.read(file) for file in files]
