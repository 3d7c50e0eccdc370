"""The reference lists every setting, command, check and test helper of the toolkit, and nothing else."""

import re
from dataclasses import MISSING, fields
from importlib import import_module
from inspect import isclass, isfunction
from pathlib import Path

import pytest

from cqrs_read.conf import ReadSettings
from cqrs_routing.conf import RoutingSettings
from cqrs_write.conf import WriteSettings

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = (ROOT / "migration_guides" / "reference.md").read_text()
APPS = ("cqrs_write", "cqrs_read", "cqrs_routing")
SETTINGS = {"CQRS_WRITE": WriteSettings, "CQRS_READ": ReadSettings, "CQRS_ROUTING": RoutingSettings}
REMEDY = "Correct the tables in migration_guides/reference.md."

# It is the same whatever database the tests run on.
pytestmark = pytest.mark.sqlite


def table(heading: str) -> list[list[str]]:
    """The cells of the table whose first heading is ``heading``, row by row, without their backquotes."""
    rows = re.search(rf"^\| {re.escape(heading)} \|.*\n\|[ |-]+\n((?:\|.*\n)+)", REFERENCE, re.MULTILINE)
    assert rows, f"There is no table of {heading}. {REMEDY}"
    split = (re.split(r"(?<!\\)\|", row)[1:-1] for row in rows[1].splitlines())
    return [[cell.strip().strip("`") for cell in cells] for cells in split]


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_and_their_defaults(name):
    documented = {key: default for key, default, _ in table(f"`{name}`")}
    declared = {field.name.upper(): default_of(field) for field in fields(SETTINGS[name])}
    assert documented == declared, REMEDY


def default_of(field):
    if field.default is MISSING:
        return f"{field.default_factory.__name__}()"
    return repr(field.default).replace("'", '"')


def test_commands():
    documented = {cells[0].split()[0] for cells in table("`manage.py …`")}
    there = {path.stem for app in APPS for path in (ROOT / app / "management" / "commands").glob("cqrs_*.py")}
    assert documented == there, REMEDY


def test_checks():
    documented = [cells[0] for cells in table("number")]
    sources = [path.read_text() for app in APPS for path in (ROOT / app).rglob("checks.py")]
    there = {number for source in sources for number in re.findall(r'id="(cqrs_\w+\.[EW]\d{3})"', source)}
    assert documented == sorted(there), REMEDY


def test_test_helpers():
    documented = {cells[0].partition("(")[0] for cells in table("function")}
    there = {f"{app}.testing.{name}" for app in APPS for name in helpers(import_module(f"{app}.testing"))}
    assert documented == there, REMEDY


def helpers(module):
    return [
        name
        for name, value in vars(module).items()
        if (isfunction(value) or isclass(value))
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and not (isclass(value) and issubclass(value, Exception))
    ]
