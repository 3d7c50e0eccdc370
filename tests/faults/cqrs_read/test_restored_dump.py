"""A dump that is restored elsewhere: positions of another database are recognised, and every row is computed anew.

A copied file of SQLite carries its change log and its positions with it, which stay consistent; there is nothing
to recognise.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest

from legacy_app.servers import PostgreSQL
from legacy_app.servers.binaries import find_postgresql
from tests.processes import Process

NAME = "orders_cqrs.OrderSummary"


@pytest.fixture
def manage(spawn: Any) -> Any:
    def run(url: str, *arguments: str, code: int = 0) -> Process:
        process = spawn("manage.py", *arguments, environment={"DATABASE_URL": url})
        assert process.wait(120) == code, process.output
        return process

    return run


@pytest.mark.postgresql
def test_it_is_repaired(own_postgresql: PostgreSQL, manage: Any, tmp_path: Path) -> None:
    url, restored = own_postgresql.url, own_postgresql.url.rpartition("/")[0] + "/restored"
    manage(url, "migrate", "-v0")
    manage(url, "seed_legacy", "--scale", "0.01")
    manage(url, "cqrs_backfill", NAME)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE orders_order SET note = 'dumped before it was refreshed'")
        connection.execute("CREATE DATABASE restored")
    programs, dump = find_postgresql().folder, tmp_path / "dump"
    subprocess.run([programs / "pg_dump", "-Fc", "-f", dump, url], check=True)
    subprocess.run([programs / "pg_restore", "-d", restored, dump], check=True)

    refused = manage(restored, "cqrs_verify", NAME, code=2)
    assert f"{NAME} has a position of another database" in refused.output
    manage(restored, "cqrs_refresh")
    (run, *_) = json.loads(manage(restored, "cqrs_backfill", "--status", NAME, "--json").output)
    manage(restored, "cqrs_backfill", NAME)
    assert "0 differences" in manage(restored, "cqrs_verify", NAME).output
    assert (run["state"], run["reason"]) == ("running", "the position belongs to another database")
    with psycopg.connect(restored) as connection:
        notes = connection.execute("SELECT DISTINCT note FROM orders_cqrs_ordersummary").fetchall()
    assert notes == [("dumped before it was refreshed",)]
    assert "0 differences" in manage(url, "cqrs_verify", NAME).output, "the original goes on as before"


@pytest.mark.sqlite
def test_a_copied_file_goes_on_by_itself(manage: Any, tmp_path: Path) -> None:
    original, copy = tmp_path / "shop.sqlite3", tmp_path / "copy.sqlite3"
    url = f"sqlite:///{original}"
    manage(url, "migrate", "-v0")
    manage(url, "seed_legacy", "--scale", "0.01")
    manage(url, "cqrs_backfill", NAME)
    manage(
        url, "shell", "-c", "from legacy_app.orders.models import Order; Order.objects.update(note='copied')"
    )
    shutil.copy(original, copy)
    manage(f"sqlite:///{copy}", "cqrs_refresh")
    assert "0 differences" in manage(f"sqlite:///{copy}", "cqrs_verify", NAME).output
