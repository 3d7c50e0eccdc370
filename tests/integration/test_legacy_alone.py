"""The monolith alone: a copy without anything of the migration runs where the toolkit is not installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OF_THE_MIGRATION = shutil.ignore_patterns("*_cqrs", "*_cqrs.py", "demo", "demo.py", "servers", "__pycache__")
# Imported by every Python that finds it on PYTHONPATH.
SITECUSTOMIZE = """
import sys


class NotInstalled:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in {"cqrs_write", "cqrs_read", "cqrs_routing"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, NotInstalled)
"""
PYTEST_INI = """
[pytest]
DJANGO_SETTINGS_MODULE = legacy_app.settings
addopts = --import-mode=importlib --strict-markers -p no:cacheprovider
testpaths = tests/legacy
markers =
    postgresql: not here
    sqlite: here
    long: not here
"""
OF_THIS_RUN = ("PYTEST_", "COVERAGE_", "DATABASE_URL", "REDIS_URL", "TESTS_", "DJANGO_SETTINGS_MODULE")

# Once is enough: the copy runs on a database of its own.
pytestmark = pytest.mark.sqlite


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A folder with the monolith and its tests only."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(ROOT / "legacy_app", folder / "legacy_app", ignore=OF_THE_MIGRATION)
    shutil.copytree(ROOT / "tests" / "legacy", folder / "tests" / "legacy", ignore=OF_THE_MIGRATION)
    shutil.copy(ROOT / "tests" / "__init__.py", folder / "tests")
    shutil.copy(ROOT / "manage.py", folder)
    (folder / "pytest.ini").write_text(PYTEST_INI)
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OF_THIS_RUN)}
    environment |= {"PYTHONPATH": str(folder), "DJANGO_SETTINGS_MODULE": "legacy_app.settings"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_the_toolkit_is_out_of_reach_and_the_monolith_is_the_copy(alone):
    assert "No module named 'cqrs_write'" in python(alone, "-c", "import cqrs_write").stderr
    found = python(alone, "-c", "import legacy_app; print(legacy_app.__file__)").stdout
    assert found.strip() == str(alone / "legacy_app" / "__init__.py")


@pytest.mark.parametrize(
    "arguments",
    [("check",), ("makemigrations", "--check", "--dry-run")],
    ids=" ".join,
)
def test_the_monolith_manages_itself(alone, arguments):
    result = python(alone, "manage.py", *arguments)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_monolith_passes_its_own_tests(alone):
    selected = "not postgresql and not long"
    result = python(alone, "-m", "pytest", "-q", "-m", selected)
    assert result.returncode == 0, result.stdout[-5000:] + result.stderr[-5000:]
