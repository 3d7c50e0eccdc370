"""The stand on which a benchmark runs: a PostgreSQL of its own with the sample's data, and nothing else going on.

``DATABASE_URL`` and ``REDIS_URL`` are not looked at: nobody's data is measured, or written to.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.exceptions import StandFailed
from legacy_app.servers import own_postgresql

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = {
    # Vacuum and checkpoints happen between measurements, not in some of them.
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "8GB",
}


@contextmanager
def seeded_stand(
    scale: float, *, durable: bool, settings: Mapping[str, str] | None = None
) -> Iterator[dict[str, str]]:
    """The environment of processes that work on a seeded database.

    Args:
        scale: The sample's: 1 is 20,000 orders.
        durable: Whether a commit waits for the disk.
        settings: Of the server, over those that every stand has.
    """
    with own_postgresql(durable=durable, settings=SETTINGS | dict(settings or {})) as server:
        environment = os.environ | {
            "DATABASE_URL": server.url,
            "REDIS_URL": "",
            "CELERY_BROKER_URL": "",
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        }
        python(environment, "manage.py", "migrate", "--verbosity", "0")
        python(environment, "manage.py", "seed_legacy", "--scale", str(scale))
        yield environment


def python(environment: Mapping[str, str], *arguments: str) -> str:
    """Run ``python`` with ``arguments`` in the project's root, and return what it printed.

    Raises:
        StandFailed: with the last line that it wrote to stderr.
    """
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        raise StandFailed(f"python {' '.join(arguments)} ended with {done.returncode}: {last}")
    return done.stdout
