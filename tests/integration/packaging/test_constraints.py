"""The pinned packages: complete, and free of registry addresses."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[a-z0-9.]+)( ; [a-z_]+ .+)?")

pytestmark = pytest.mark.sqlite


@pytest.fixture(scope="module")
def lines():
    return (ROOT / "constraints.txt").read_text().splitlines()


def test_every_line_is_a_pin_and_none_has_an_address(lines):
    assert [line for line in lines if not PIN.fullmatch(line)] == []
    assert [line for line in lines if "://" in line or line.startswith("-")] == []


def test_every_dependency_is_pinned(lines):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    required = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower() for requirement in required}
    missing = names - {PIN.fullmatch(line)["name"] for line in lines} - {"gradual-cqrs"}
    assert missing == set(), "run: make constraints"
