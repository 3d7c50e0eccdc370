"""The guides that work on the sample shop, each carried out to the letter in a copy of it."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from django.db import connection

from .reader import Reader

ROOT = Path(__file__).resolve().parents[3]
GUIDES = [
    pytest.param("backfilling-a-big-table", marks=pytest.mark.long("sqlite")),
    "canary-and-guard",
    pytest.param("first-command", marks=pytest.mark.long("sqlite")),
    "freshness",
    pytest.param("shadow-and-rehearsal", marks=pytest.mark.long("sqlite")),
    pytest.param("workers-in-production", marks=pytest.mark.long("sqlite")),
]


@pytest.fixture
def shop(tmp_path):
    shutil.copy(ROOT / "manage.py", tmp_path)
    shutil.copytree(
        ROOT / "legacy_app", tmp_path / "legacy_app", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_does_what_it_says(guide, shop, test_environment):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    mine = {"PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
    with Reader(shop, connection.vendor, test_environment | mine, {}) as reader:
        reader.follow(ROOT / "migration_guides" / f"{guide}.md")
