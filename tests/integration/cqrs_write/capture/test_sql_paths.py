"""Every way to write a captured table in SQL is reported, with exactly the keys that changed."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction

from legacy_app.servers.binaries import postgresql_folders
from tests.integration.cqrs_write.capture.conftest import execute

HOUSE, ROOM, LAMP = "cap_house.id", "cap_room.house_id", "cap_lamp.room_id"

# Houses 1 and 2 with rooms 11 and 12, 21 and 22; a lamp in each of the rooms 11 and 21; house 3 is empty.
TABLES = """
CREATE TABLE cap_house (id integer PRIMARY KEY, street varchar(50) NOT NULL, colour text);
CREATE TABLE cap_room (id integer PRIMARY KEY, area integer NOT NULL, house_id integer
                       REFERENCES cap_house ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE cap_lamp (id integer PRIMARY KEY, room_id integer REFERENCES cap_room ON DELETE SET NULL);
INSERT INTO cap_house VALUES (1, 'First', 'red'), (2, 'Second', 'blue'), (3, 'Third', 'grey');
INSERT INTO cap_room VALUES (11, 10, 1), (12, 20, 1), (21, 30, 2), (22, 40, 2);
INSERT INTO cap_lamp VALUES (1, 11), (2, 21)
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _town(watch: Callable[..., None]) -> Iterator[None]:
    execute(TABLES)
    watch("cap_house", "id", columns="street")
    watch("cap_room", "house_id", columns="area")
    watch("cap_lamp", "room_id", columns="id")
    yield
    execute("DROP TABLE cap_lamp; DROP TABLE cap_room; DROP TABLE cap_house")


class Path(NamedTuple):
    """A way to write, as SQL, and the keys that have to be logged for it, by stream."""

    sql: str
    keys: dict[str, set[int]]


EVERYWHERE = {
    "insert": Path("INSERT INTO cap_room VALUES (31, 1, 3)", {ROOM: {3}}),
    "insert without a parent": Path("INSERT INTO cap_room VALUES (31, 1, NULL)", {}),
    "insert from select": Path(
        "INSERT INTO cap_room SELECT id + 100, area, house_id FROM cap_room", {ROOM: {1, 2}}
    ),
    "update": Path("UPDATE cap_house SET street = 'New' WHERE id = 2", {HOUSE: {2}}),
    "update of many": Path("UPDATE cap_house SET street = street || '!'", {HOUSE: {1, 2, 3}}),
    "update of an unwatched column": Path("UPDATE cap_house SET colour = 'green'", {}),
    "update to the same": Path("UPDATE cap_house SET street = street", {}),
    "update of no row": Path("UPDATE cap_house SET street = 'x' WHERE id = 99", {}),
    "child that moves": Path("UPDATE cap_room SET house_id = 3 WHERE id = 12", {ROOM: {1, 3}}),
    "child that is let go": Path("UPDATE cap_room SET house_id = NULL WHERE id = 12", {ROOM: {1}}),
    "child that is taken in": Path(
        "INSERT INTO cap_room VALUES (41, 1, NULL); UPDATE cap_room SET house_id = 2 WHERE id = 41",
        {ROOM: {2}},
    ),
    "children that swap": Path(
        "UPDATE cap_room SET house_id = CASE id WHEN 12 THEN 2 ELSE 1 END WHERE id IN (12, 22)",
        {ROOM: {1, 2}},
    ),
    "primary key that changes": Path("UPDATE cap_house SET id = 30 WHERE id = 3", {HOUSE: {3, 30}}),
    "primary keys that change": Path("UPDATE cap_lamp SET id = id + 10", {LAMP: {11, 21}}),
    "on update cascade": Path("UPDATE cap_house SET id = 10 WHERE id = 1", {HOUSE: {1, 10}, ROOM: {1, 10}}),
    "delete": Path("DELETE FROM cap_lamp WHERE id = 1", {LAMP: {11}}),
    "delete without a condition": Path("DELETE FROM cap_lamp", {LAMP: {11, 21}}),
    "on delete cascade, and set null behind it": Path(
        "DELETE FROM cap_house WHERE id = 1", {HOUSE: {1}, ROOM: {1}, LAMP: {11}}
    ),
    "on delete set null": Path("DELETE FROM cap_room WHERE id = 21", {ROOM: {2}, LAMP: {21}}),
    "upsert that inserts and updates": Path(
        "INSERT INTO cap_house VALUES (2, 'Upserted', ''), (4, 'Fourth', '') "
        "ON CONFLICT (id) DO UPDATE SET street = excluded.street",
        {HOUSE: {2, 4}},
    ),
}
# On SQLite the first two report the row that they find, too: that nothing replaces it cannot be told beforehand.
POSTGRESQL = {
    "upsert that changes nothing": Path(
        "INSERT INTO cap_house VALUES (2, 'x', '') ON CONFLICT (id) DO UPDATE SET street = cap_house.street",
        {},
    ),
    "insert on conflict do nothing": Path(
        "INSERT INTO cap_house VALUES (2, 'Ignored', ''), (5, 'Fifth', '') ON CONFLICT DO NOTHING",
        {HOUSE: {5}},
    ),
    "merge": Path(
        "MERGE INTO cap_house h USING (VALUES (1, 'a'), (2, NULL), (6, 'c')) AS v (id, street) ON h.id = v.id "
        "WHEN MATCHED AND v.street IS NULL THEN DELETE "
        "WHEN MATCHED THEN UPDATE SET street = v.street "
        "WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.street, '')",
        {HOUSE: {1, 2, 6}, ROOM: {2}, LAMP: {21}},
    ),
    "data-modifying CTEs": Path(
        "WITH gone AS (DELETE FROM cap_room WHERE house_id = 2 RETURNING *), "
        "kept AS (INSERT INTO cap_room SELECT id + 100, area, 3 FROM gone RETURNING *) "
        "UPDATE cap_house SET street = 'Merged' WHERE id IN (SELECT house_id FROM kept)",
        {HOUSE: {3}, ROOM: {2, 3}, LAMP: {21}},
    ),
    "two CTEs that write the same table": Path(
        "WITH one AS (UPDATE cap_room SET area = 1 WHERE id = 11) UPDATE cap_room SET area = 2 WHERE id = 21",
        {ROOM: {1, 2}},
    ),
    "update from": Path(
        "UPDATE cap_room r SET area = area + 1 FROM cap_house h WHERE h.id = r.house_id AND h.street = 'First'",
        {ROOM: {1}},
    ),
    "delete using": Path(
        "DELETE FROM cap_lamp l USING cap_room r WHERE r.id = l.room_id AND r.house_id = 2", {LAMP: {21}}
    ),
    "updatable view": Path(
        "CREATE VIEW cap_view AS SELECT id, street FROM cap_house; "
        "UPDATE cap_view SET street = 'Through' WHERE id = 3; DROP VIEW cap_view",
        {HOUSE: {3}},
    ),
    "writable cursor": Path(
        "DO $$ DECLARE c CURSOR FOR SELECT * FROM cap_house WHERE id = 2 FOR UPDATE; BEGIN "
        "FOR h IN c LOOP UPDATE cap_house SET street = 'Cursor' WHERE CURRENT OF c; END LOOP; END $$",
        {HOUSE: {2}},
    ),
    "PL/pgSQL with a block rolled back": Path(
        "DO $$ BEGIN UPDATE cap_house SET street = 'Kept' WHERE id = 1; "
        "BEGIN UPDATE cap_house SET street = 'Lost' WHERE id = 2; RAISE division_by_zero; "
        "EXCEPTION WHEN division_by_zero THEN NULL; END; END $$",
        {HOUSE: {1}},
    ),
    "prepared statement": Path(
        "PREPARE cap AS UPDATE cap_house SET street = $1 WHERE id = $2; EXECUTE cap('P', 1); DEALLOCATE cap",
        {HOUSE: {1}},
    ),
}


@pytest.mark.parametrize("name", EVERYWHERE)
def test_path(name: str, logged: Any) -> None:
    check(EVERYWHERE[name], logged)


@pytest.mark.postgresql
@pytest.mark.parametrize("name", POSTGRESQL)
def test_path_on_postgresql(name: str, logged: Any) -> None:
    check(POSTGRESQL[name], logged)


def check(path: Path, logged: Any) -> None:
    with logged() as log:
        execute(path.sql)
    assert {stream: log[stream] for stream in log.window.keys} == path.keys
    assert log.window.everything == set()


@pytest.mark.parametrize("kind", ["DELETE", "UPDATE"])
def test_the_monoliths_own_trigger(kind: str, logged: Any) -> None:
    """What a trigger of the application writes is written at depth 2, and reported as any other write."""
    body = "UPDATE cap_house SET street = 'by trigger' WHERE id = 3"
    if connection.vendor == "postgresql":
        execute(
            f"CREATE FUNCTION cap_own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NULL; END $$"
        )
        execute(f"CREATE TRIGGER cap_own AFTER {kind} ON cap_lamp FOR EACH ROW EXECUTE FUNCTION cap_own()")
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TRIGGER cap_own AFTER {kind} ON cap_lamp FOR EACH ROW BEGIN {body}; END")
    with logged() as log:
        execute(
            "DELETE FROM cap_lamp WHERE id = 1"
            if kind == "DELETE"
            else "UPDATE cap_lamp SET id = 7 WHERE id = 1"
        )
    assert log[HOUSE] == {3}
    assert log[LAMP] == {11}
    if connection.vendor == "postgresql":
        execute("DROP FUNCTION cap_own CASCADE")


@pytest.mark.postgresql
def test_a_before_trigger_that_changes_a_watched_column(logged: Any) -> None:
    """The statement's SET list does not name it: old and new rows are compared."""
    execute(
        "CREATE FUNCTION cap_own() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN NEW.street := 'set by trigger'; RETURN NEW; END $$"
    )
    execute("CREATE TRIGGER cap_own BEFORE UPDATE ON cap_house FOR EACH ROW EXECUTE FUNCTION cap_own()")
    with logged() as log:
        execute("UPDATE cap_house SET colour = 'black' WHERE id = 1")
    assert log[HOUSE] == {1}
    execute("DROP FUNCTION cap_own CASCADE")


@pytest.mark.postgresql
def test_psql(logged: Any, test_environment: dict[str, str]) -> None:
    """Another program, which knows nothing of Django."""
    psql = next(program for folder in postgresql_folders() if (program := folder / "psql").exists())
    with logged() as log:
        done = subprocess.run(
            [psql, "--no-psqlrc", "--quiet", "-v", "ON_ERROR_STOP=1", test_environment["DATABASE_URL"]],
            input="SET DateStyle = 'German';\nUPDATE cap_house SET street = 'from psql' WHERE id = 2;\n"
            "\\copy cap_room FROM STDIN\n71\t5\t3\n\\.\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert (log[HOUSE], log[ROOM]) == ({2}, {3})


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("sql", "streams"),
    [
        ("TRUNCATE cap_lamp", {LAMP}),
        ("TRUNCATE cap_house CASCADE", {HOUSE, ROOM, LAMP}),
        ("BEGIN; TRUNCATE cap_lamp; ROLLBACK", set()),
    ],
)
def test_truncate_reports_everything(sql: str, streams: set[str], logged: Any) -> None:
    with logged() as log:
        execute(sql)
    assert log.window.everything == streams


def test_savepoints_rolled_back_in_part(logged: Any) -> None:
    with logged() as log, transaction.atomic():
        execute("UPDATE cap_house SET street = 'a' WHERE id = 1")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            execute("UPDATE cap_house SET street = 'b' WHERE id = 2")
            with transaction.atomic():
                execute("DELETE FROM cap_room WHERE house_id = 2")
            raise ZeroDivisionError
        execute("UPDATE cap_house SET street = 'c' WHERE id = 3")
    assert (log[HOUSE], log[ROOM], log[LAMP]) == ({1, 3}, set(), set())


def test_a_rollback_leaves_nothing(logged: Any) -> None:
    with logged() as log, pytest.raises(ZeroDivisionError), transaction.atomic():
        execute("DELETE FROM cap_house")
        raise ZeroDivisionError
    assert not log.window


@pytest.mark.postgresql
def test_a_transaction_that_commits_late_is_not_skipped(logged: Any) -> None:
    """Its number is older than those of transactions that a position has seen already."""
    began, go_on = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            execute("UPDATE cap_house SET street = 'slow' WHERE id = 1")
            began.set()
            go_on.wait(20)
        connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert began.wait(20)
    with logged() as first:
        execute("UPDATE cap_house SET street = 'quick' WHERE id = 2")
    with logged() as second:
        go_on.set()
        writer.join(20)
    assert (first[HOUSE], second[HOUSE]) == ({2}, {1})
