"""The guide to the first read model, carried out to the letter in an empty folder."""

from pathlib import Path

from django.db import connection

from .reader import Reader

GUIDE = Path(__file__).resolve().parents[3] / "migration_guides" / "first-read-model.md"


def test_the_guide_does_what_it_says(tmp_path, environment):
    with Reader(tmp_path, connection.vendor, environment, {}) as reader:
        reader.follow(GUIDE)
