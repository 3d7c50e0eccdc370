"""Where there is no database, as when an image is built: what needs none works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from legacy_app.servers.server import free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "arguments", [("check",), ("check", "--deploy"), ("cqrs_commands", "--help")], ids=" ".join
)
def test_a_command_that_needs_no_database_asks_none(arguments):
    environment = os.environ | {"DATABASE_URL": f"postgres://nobody@127.0.0.1:{free_port()}/none"}

    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
