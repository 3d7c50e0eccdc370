"""Legacy migrations run while the application writes: no write fails for capture's sake, and nothing goes unseen."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from cqrs_write import changelog
from cqrs_write.capture import plan
from cqrs_write.capture.drift import drift
from cqrs_write.capture.install import install
from cqrs_write.capture.table import Watch
from tests.integration.cqrs_write.capture.conftest import execute

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

ITEM, BOX = "cap_item.box_id", "cap_box.id"
ISOLATIONS = ("READ COMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
BOXES = 20

SERIALIZATION, DEADLOCK, TIMEOUT = "40001", "40P01", "55P03"


@pytest.fixture
def declared(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Says what is declared, as a deployment does; the columns of cap_item that a read model uses."""
    columns: list[str] = []

    def watches(using: str) -> list[Watch]:
        return [
            Watch(table="cap_item", key=("box_id",), columns=frozenset(columns)),
            Watch(table="cap_box", key=("id",), columns=frozenset(["name"])),
        ]

    def declare(*names: str) -> None:
        columns[:] = names
        install("default")

    execute(
        "CREATE TABLE cap_box (id integer PRIMARY KEY, name text); "
        "CREATE TABLE cap_item (id bigserial PRIMARY KEY, box_id integer, price integer, label varchar(20), "
        "spare text); "
        f"INSERT INTO cap_box SELECT n, 'box' FROM generate_series(1, {BOXES}) n; "
        f"INSERT INTO cap_item (box_id, price, label) SELECT 1 + n % {BOXES}, n, 'x' FROM generate_series(1, 400) n"
    )
    monkeypatch.setattr(plan, "_sources", [*plan._sources, watches])
    declare("price", "label")
    yield declare
    monkeypatch.undo()
    execute("DROP TABLE cap_item; DROP TABLE cap_box")
    install("default")


class Writers:
    """Threads with connections of their own that write until told to stop; they name no column that migrates."""

    def __init__(self, count: int) -> None:
        self.count, self.stopped, self.written, self.failures = count, threading.Event(), 0, list[str]()

    def __enter__(self) -> "Writers":
        self.pool = ThreadPoolExecutor(self.count)
        self.running = [self.pool.submit(self._write, number) for number in range(self.count)]
        self.wait_for(20)
        return self

    def __exit__(self, *error: Any) -> None:
        self.stopped.set()
        for one in self.running:
            one.result(60)
        self.pool.shutdown()

    def wait_for(self, more: int) -> None:
        """Until that many further transactions have committed."""
        goal, deadline = self.written + more, time.monotonic() + 60
        while self.written < goal:
            assert time.monotonic() < deadline, f"the writers stand still: {self.failures}"
            time.sleep(0.01)

    def _write(self, number: int) -> None:
        choice, isolation = random.Random(number), ISOLATIONS[number % len(ISOLATIONS)]
        try:
            while not self.stopped.is_set():
                self._one_transaction(choice, isolation)
        finally:
            connection.close()

    def _one_transaction(self, choice: random.Random, isolation: str) -> None:
        try:
            with transaction.atomic():
                execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
                execute("SELECT count(*) FROM cap_box")
                if choice.random() < 0.2:
                    time.sleep(0.01)
                for _ in range(choice.randint(1, 3)):
                    execute(self._statement(choice))
            self.written += 1
        except DatabaseError as error:
            # What isolation itself makes fail fails without triggers too.
            if getattr(error.__cause__, "sqlstate", "") not in (SERIALIZATION, DEADLOCK):
                self.failures.append(f"{isolation}: {error}")

    @staticmethod
    def _statement(choice: random.Random) -> str:
        box, other = choice.randint(1, BOXES), choice.randint(1, BOXES)
        return choice.choice(
            [
                f"INSERT INTO cap_item (box_id) VALUES ({box})",
                f"INSERT INTO cap_item (box_id) SELECT {box} FROM generate_series(1, 30)",
                f"UPDATE cap_item SET box_id = {other} WHERE box_id = {box} AND id % 7 = 0",
                f"UPDATE cap_item SET spare = 'touched' WHERE box_id = {box}",
                f"DELETE FROM cap_item WHERE box_id = {box} AND id % 11 = 0",
                f"UPDATE cap_box SET name = 'box' || random() WHERE id = {box}",
            ]
        )


def migrate(sql: str) -> None:
    """Run DDL as a careful migration does: it does not queue behind long transactions, but tries again."""
    while True:
        try:
            with transaction.atomic():
                execute("SET LOCAL lock_timeout = '300ms'")
                execute(sql)
            return
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") not in (TIMEOUT, DEADLOCK):
                raise
            time.sleep(0.05)


BREAKING = {
    "rename": ("ALTER TABLE cap_item RENAME COLUMN price TO cost", ("cost", "label")),
    "drop": ("ALTER TABLE cap_item DROP COLUMN price", ("label",)),
    "rename and drop": (
        "ALTER TABLE cap_item RENAME COLUMN price TO cost; ALTER TABLE cap_item DROP label",
        ("cost",),
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_column_that_goes_away(name: str, declared: Callable[..., None]) -> None:
    """Until the adapted declaration is deployed, every write is reported as "everything"."""
    sql, adapted = BREAKING[name]
    position, lost = changelog.now("default"), changelog.source("default").lost
    with Writers(8) as writers:
        migrate(sql)
        writers.wait_for(100)
        assert ITEM in window(position).everything
        declared(*adapted)
        writers.wait_for(20)
        position = changelog.now("default")
        writers.wait_for(100)
    assert writers.failures == []
    assert changelog.source("default").lost == lost
    assert drift("default") == []
    # Captured again, key by key: only transactions that began before the deployment may still say "everything".
    assert window(position).keys[ITEM]
    position = changelog.now("default")
    execute("UPDATE cap_item SET box_id = 1 WHERE box_id = 2")
    assert (window(position).everything, window(position).keys[ITEM]) == (set(), {"1", "2"})


RETYPES = {
    "retype": "ALTER TABLE cap_item ALTER price TYPE numeric(12, 2)",
    "retype with other values": "ALTER TABLE cap_item ALTER label TYPE varchar(20) USING 'y'",
    "retype of the key": "ALTER TABLE cap_item ALTER box_id TYPE bigint",
}


@pytest.mark.parametrize("name", RETYPES)
def test_a_column_that_is_rewritten(name: str, declared: Callable[..., None]) -> None:
    """Writes go on being captured; that every value may have changed is found by the next look."""
    position = changelog.now("default")
    with Writers(8) as writers:
        migrate(RETYPES[name])
        assert [(item.table, item.kind) for item in drift("default")] == [("cap_item", "retyped")]
        writers.wait_for(50)
        install("default")
        writers.wait_for(50)
    assert writers.failures == []
    assert ITEM in window(position).everything
    assert drift("default") == []
    position = changelog.now("default")
    execute("UPDATE cap_item SET box_id = 1 WHERE box_id = 2")
    assert (window(position).everything, window(position).keys[ITEM]) == (set(), {"1", "2"})


def test_a_column_that_is_added_and_triggers_that_come_and_go(declared: Callable[..., None]) -> None:
    with Writers(8) as writers:
        for number in range(5):
            migrate(f"ALTER TABLE cap_item ADD COLUMN extra_{number} integer DEFAULT {number}")
            declared("price", f"extra_{number}")
            writers.wait_for(20)
            migrate(f"ALTER TABLE cap_item DROP COLUMN extra_{number}")
            declared("price", "label")
        migrate("ALTER TABLE cap_item DISABLE TRIGGER cqrs_capture_update")
        writers.wait_for(20)
        install("default")
    assert writers.failures == []
    assert drift("default") == []


def window(since: str) -> changelog.Window:
    return changelog.window("default", since, [ITEM, BOX])
