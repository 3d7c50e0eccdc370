"""Which tests a run takes, and what it says when a server is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TESTS = """
import pytest

def test_any(): pass

@pytest.mark.postgresql
def test_on_postgresql(): pass

@pytest.mark.sqlite
def test_on_sqlite(): pass

@pytest.mark.long
def test_long(): pass

@pytest.mark.long("sqlite")
def test_long_on_sqlite(): pass
"""

# Once is enough: these runs choose a database themselves.
pytestmark = pytest.mark.postgresql


def run(folder: Path, *options: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    file = folder / "test_marks.py"
    file.write_text(TESTS)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-c",
            ROOT / "pyproject.toml",
            "--rootdir",
            ROOT,
            "-v",
            file,
            *options,
        ],
        cwd=ROOT,
        env={name: value for name, value in (inherited | environment).items() if value is not None},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ([], {"test_any", "test_on_postgresql", "test_long_on_sqlite"}),
        (["--database", "sqlite"], {"test_any", "test_on_sqlite"}),
        (["--long"], {"test_any", "test_on_postgresql", "test_long", "test_long_on_sqlite"}),
        (
            ["--long", "--database", "sqlite"],
            {"test_any", "test_on_sqlite", "test_long", "test_long_on_sqlite"},
        ),
    ],
)
def test_tests_of_other_runs_are_left_out_not_skipped(tmp_path, options, taken):
    result = run(tmp_path, *options)
    passed = {line.split("::")[1].split()[0] for line in result.stdout.splitlines() if " PASSED" in line}
    assert passed == taken, result.stdout + result.stderr
    assert "skipped" not in result.stdout


def test_a_missing_server_fails_the_run_in_one_line(tmp_path):
    result = run(tmp_path, PG_BIN=str(tmp_path), DATABASE_URL=None)
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.strip().startswith(f"ERROR: PG_BIN={tmp_path} has no initdb and postgres")
    assert result.stderr.strip().count("\n") == 0


def test_sqlite_in_the_environment_does_not_pass_for_postgresql(tmp_path):
    result = run(tmp_path, DATABASE_URL="sqlite:////tmp/shop.sqlite3")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "is no PostgreSQL" in result.stderr
