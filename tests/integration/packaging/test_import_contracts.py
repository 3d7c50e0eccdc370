"""The import contracts know every application that was migrated."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.sqlite


def test_the_monolith_is_forbidden_every_migrated_application():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (contract,) = (found for found in contracts if found["name"].startswith("The monolith"))
    migrated = {f"legacy_app.{path.name}" for path in (ROOT / "legacy_app").glob("*_cqrs") if path.is_dir()}
    missing = migrated - set(contract["forbidden_modules"])
    assert missing == set(), "add them to forbidden_modules in [tool.importlinter] of pyproject.toml"
