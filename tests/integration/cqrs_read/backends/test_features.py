"""What SQLite can do does not depend on who writes just now."""

import sqlite3
from pathlib import Path

import pytest
from django.db import connections

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]


def test_a_locked_database_has_json_all_the_same(tmp_path: Path) -> None:
    name = str(tmp_path / "locked.sqlite3")
    settings = {**connections["default"].settings_dict, "NAME": name, "CONN_MAX_AGE": 0}
    options = {"transaction_mode": "IMMEDIATE", "timeout": 0.01}
    connection = type(connections["default"])({**settings, "OPTIONS": options}, "locked")
    connections["locked"] = connection
    writer = sqlite3.connect(name, isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")
        assert connection.features.supports_json_field
        assert connection.features.has_json_object_function
    finally:
        writer.close()
        connection.close()
        del connections["locked"]
