"""Partitioned tables: written through the table, or on a partition itself, and partitions that come and go."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from cqrs_write.capture.drift import Drift, drift
from cqrs_write.capture.install import install, remove
from cqrs_write.exceptions import CaptureError
from tests.integration.cqrs_write.capture.conftest import execute

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

RIDE = "cap_ride.driver"

# By year, the second year by half; the last partition has its columns in another order and once had another one.
TABLES = """
CREATE TABLE cap_ride (id integer, year integer, half integer, driver integer, fare integer,
                       PRIMARY KEY (id, year, half)) PARTITION BY LIST (year);
CREATE TABLE cap_ride_2023 PARTITION OF cap_ride FOR VALUES IN (2023);
CREATE TABLE cap_ride_2024 PARTITION OF cap_ride FOR VALUES IN (2024) PARTITION BY LIST (half);
CREATE TABLE cap_ride_2024_1 PARTITION OF cap_ride_2024 FOR VALUES IN (1);
CREATE TABLE cap_ride_2024_2 (old text, fare integer, driver integer, half integer NOT NULL, year integer NOT NULL,
                              id integer NOT NULL);
ALTER TABLE cap_ride_2024_2 DROP COLUMN old;
ALTER TABLE cap_ride_2024 ATTACH PARTITION cap_ride_2024_2 FOR VALUES IN (2);
INSERT INTO cap_ride VALUES (1, 2023, 1, 10, 5), (2, 2024, 1, 20, 5), (3, 2024, 2, 30, 5)
"""


@pytest.fixture(autouse=True)
def _rides(watch: Callable[..., None]) -> Iterator[None]:
    execute(TABLES)
    watch("cap_ride", "driver", columns="fare year")
    yield
    execute("DROP TABLE cap_ride")


PATHS: dict[str, tuple[str, set[int]]] = {
    "insert into the table": (
        "INSERT INTO cap_ride VALUES (4, 2023, 1, 40, 1), (5, 2024, 2, 50, 1)",
        {40, 50},
    ),
    "insert into a partition": ("INSERT INTO cap_ride_2023 VALUES (4, 2023, 1, 40, 1)", {40}),
    "insert into a leaf with another layout": (
        "INSERT INTO cap_ride_2024_2 (id, year, half, driver, fare) VALUES (4, 2024, 2, 40, 1)",
        {40},
    ),
    "insert into a partition that has partitions": (
        "INSERT INTO cap_ride_2024 VALUES (4, 2024, 1, 40, 1)",
        {40},
    ),
    "update of the table": ("UPDATE cap_ride SET fare = 6", {10, 20, 30}),
    "update of a partition": ("UPDATE cap_ride_2023 SET fare = 6", {10}),
    "update of a leaf": ("UPDATE cap_ride_2024_2 SET fare = 6", {30}),
    "update of what is not watched": ("UPDATE cap_ride SET half = half", set()),
    "update that moves a row": ("UPDATE cap_ride SET year = 2023 WHERE id = 2", {20}),
    "update that moves a row, and its key": (
        "UPDATE cap_ride SET year = 2023, driver = 21 WHERE id = 2",
        {20, 21},
    ),
    "update that moves several rows": (
        "UPDATE cap_ride SET year = 2023, driver = driver + 1 WHERE year = 2024",
        {
            20,
            21,
            30,
            31,
        },
    ),
    "delete from the table": ("DELETE FROM cap_ride WHERE driver > 10", {20, 30}),
    "delete from a leaf": ("DELETE FROM cap_ride_2024_1", {20}),
    "upsert": (
        "INSERT INTO cap_ride VALUES (1, 2023, 1, 10, 9), (6, 2023, 1, 60, 9) "
        "ON CONFLICT (id, year, half) DO UPDATE SET fare = excluded.fare",
        {10, 60},
    ),
    "merge": (
        "MERGE INTO cap_ride r USING (VALUES (3, 30), (7, 70)) AS v (id, driver) ON r.id = v.id "
        "WHEN MATCHED THEN UPDATE SET fare = 1 WHEN NOT MATCHED THEN INSERT VALUES (v.id, 2023, 1, v.driver, 1)",
        {30, 70},
    ),
}


@pytest.mark.parametrize("name", PATHS)
def test_path(name: str, logged: Any) -> None:
    sql, drivers = PATHS[name]
    with logged() as log:
        execute(sql)
    assert log[RIDE] == drivers
    assert log.window.everything == set()


def test_each_statement_is_logged_once(logged: Any) -> None:
    before = _log_rows()
    execute("UPDATE cap_ride SET fare = 7")
    assert _log_rows() == before + 1


@pytest.mark.parametrize("table", ["cap_ride", "cap_ride_2024", "cap_ride_2024_2"])
def test_truncate(table: str, logged: Any) -> None:
    with logged() as log:
        execute(f"TRUNCATE {table}")
    assert log.window.everything == {RIDE}


def test_a_trigger_that_swallows_the_new_half_of_a_row_that_moves(logged: Any) -> None:
    execute("CREATE FUNCTION cap_no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$")
    execute("CREATE TRIGGER cap_no BEFORE INSERT ON cap_ride_2023 FOR EACH ROW EXECUTE FUNCTION cap_no()")
    with logged() as log:
        execute("UPDATE cap_ride SET year = 2023 WHERE year = 2024")
    assert log[RIDE] == {20, 30}
    execute("DROP FUNCTION cap_no CASCADE")


def test_a_partition_that_is_attached_with_rows_is_missing_until_installed(logged: Any) -> None:
    execute(
        "CREATE TABLE cap_ride_2025 (LIKE cap_ride INCLUDING ALL); INSERT INTO cap_ride_2025 VALUES (9, 2025, 1, 90, 1)"
    )
    execute("ALTER TABLE cap_ride ATTACH PARTITION cap_ride_2025 FOR VALUES IN (2025)")
    (found,) = drift("default")
    assert found == Drift(table="cap_ride", kind="missing", partition="cap_ride_2025")
    assert found.unseen
    assert str(found) == "cap_ride (partition cap_ride_2025): triggers missing"
    with logged() as log:
        (change,) = install("default")
    assert change.relation == "cap_ride_2025"
    assert not any('ON "public"."cap_ride"' in statement for statement in change.statements)
    assert log.window.everything == {RIDE}
    assert drift("default") == []
    with logged() as log:
        execute("UPDATE cap_ride_2025 SET fare = 2")
    assert log[RIDE] == {90}


def test_a_new_partition_that_is_empty_has_hidden_nothing(logged: Any) -> None:
    """Made ahead of its time, as every month; nobody has to compute every row anew for it."""
    execute("CREATE TABLE cap_ride_2026 PARTITION OF cap_ride FOR VALUES IN (2026)")
    (found,) = drift("default")
    assert (found.partition, found.kind, found.unseen) == ("cap_ride_2026", "missing", False)
    with logged() as log:
        install("default")
        execute("INSERT INTO cap_ride_2026 VALUES (9, 2026, 1, 90, 1)")
    assert log[RIDE] == {90}
    assert log.window.everything == set()


def test_a_partition_that_is_detached_is_surplus(logged: Any) -> None:
    execute("ALTER TABLE cap_ride DETACH PARTITION cap_ride_2023")
    assert drift("default") == [Drift(table="cap_ride_2023", kind="surplus")]
    install("default")
    assert drift("default") == []
    execute("DROP TABLE cap_ride_2023")


def test_a_partition_that_moves_to_another_table_is_missing_there(watch: Callable[..., None]) -> None:
    execute("CREATE TABLE cap_tour (LIKE cap_ride INCLUDING ALL) PARTITION BY LIST (year)")
    watch("cap_tour", "driver", columns="fare")
    execute("ALTER TABLE cap_ride DETACH PARTITION cap_ride_2023")
    execute("ALTER TABLE cap_tour ATTACH PARTITION cap_ride_2023 FOR VALUES IN (2023)")
    assert drift("default") == [Drift(table="cap_tour", kind="missing", partition="cap_ride_2023")]
    install("default")
    assert drift("default") == []
    execute("DROP TABLE cap_tour")


def test_a_disabled_trigger_of_a_partition(logged: Any) -> None:
    execute("ALTER TABLE cap_ride_2024_1 DISABLE TRIGGER cqrs_capture_insert")
    assert drift("default") == [Drift(table="cap_ride", kind="disabled", partition="cap_ride_2024_1")]
    with logged() as log:
        install("default")
    assert log.window.everything == {RIDE}


def test_removing_takes_every_trigger_away() -> None:
    remove("default")
    assert {item.kind for item in drift("default")} == {"missing"}
    assert {item.partition for item in drift("default") if item.table == "cap_ride"} == {
        "",
        "cap_ride_2023",
        "cap_ride_2024",
        "cap_ride_2024_1",
        "cap_ride_2024_2",
    }
    install("default")
    assert drift("default") == []


def test_a_foreign_partition_keeps_the_table_from_being_captured() -> None:
    """Writing through the table would fail as soon as triggers ask for all its rows."""
    execute("CREATE FOREIGN DATA WRAPPER cap_away; CREATE SERVER cap_away FOREIGN DATA WRAPPER cap_away")
    execute("ALTER TABLE cap_ride DROP CONSTRAINT cap_ride_pkey")
    execute("CREATE FOREIGN TABLE cap_ride_2020 PARTITION OF cap_ride FOR VALUES IN (2020) SERVER cap_away")
    with pytest.raises(
        CaptureError, match="cap_ride is a view or a foreign table, or has a partition that is one"
    ):
        install("default")
    execute("UPDATE cap_ride SET fare = 8 WHERE year = 2023")
    execute("DROP FOREIGN DATA WRAPPER cap_away CASCADE")


def _log_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cqrs_change_log WHERE stream = %s", [RIDE])
        return int(cursor.fetchone()[0])
