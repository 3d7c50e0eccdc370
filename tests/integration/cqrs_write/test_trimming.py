"""The change log keeps what somebody needs, and never more than its cap."""

import json
import threading
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings

from cqrs_write import changelog, follower, tasks
from cqrs_write.follower import Follower
from cqrs_write.trimming import size, trim

pytestmark = pytest.mark.django_db(transaction=True)

STREAM = "cap.id"
TINY = {"CHANGE_LOG_MAX_BYTES": 1000}


class Reader:
    """A follower that a test moves by hand."""

    def __init__(self, name: str) -> None:
        self.name, self.reason = name, ""
        self.position: str | None = ""
        self.origin = changelog.source("default").origin
        self.catch_up()

    def catch_up(self) -> None:
        self.position = changelog.now("default")

    def pending(self) -> changelog.Window:
        return changelog.window("default", self.position or "", [STREAM])

    def give_up(self, reason: str) -> None:
        self.reason = reason


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Callable[[str], Reader]:
    """Registers followers that are alone with the log."""
    readers: list[Reader] = []

    def all_of_them(using: str) -> list[Follower]:
        return [
            Follower(name=r.name, position=r.position, origin=r.origin, give_up=r.give_up) for r in readers
        ]

    def register(name: str) -> Reader:
        readers.append(Reader(name))
        return readers[-1]

    monkeypatch.setattr(follower, "_sources", [all_of_them])
    trim("default")
    return register


def log(*keys: str) -> None:
    """Write log rows as a trigger does, each in a transaction of its own."""
    column = "keys" if connection.vendor == "postgresql" else "key"
    with connection.cursor() as cursor:
        for key in keys:
            value = [key] if column == "keys" else key
            cursor.execute(f"INSERT INTO cqrs_change_log (stream, {column}) VALUES (%s, %s)", [STREAM, value])


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cqrs_change_log")
        return int(cursor.fetchone()[0])


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("cqrs_trim", *arguments, stdout=out)
    return out.getvalue()


def test_what_the_slowest_has_not_seen_is_kept(reader: Callable[[str], Reader]) -> None:
    slow, quick = reader("slow"), reader("quick")
    log("1", "2")
    quick.catch_up()
    trimmed = trim("default")
    assert (trimmed.rows, trimmed.slowest) == (0, "slow")
    assert slow.pending().keys == {STREAM: {"1", "2"}}
    slow.catch_up()
    log("3")
    assert trim("default").rows == 2
    assert slow.pending().keys == quick.pending().keys | {STREAM: {"3"}} == {STREAM: {"3"}}
    assert not slow.pending().everything


def test_without_followers_nobody_needs_the_log(reader: Callable[[str], Reader]) -> None:
    log("1", "2")
    assert trim("default").rows == 2
    assert rows() == 0


def test_a_position_of_another_database_holds_nothing(reader: Callable[[str], Reader]) -> None:
    reader("restored").origin = "another/1/1"
    log("1")
    assert trim("default").rows == 1


def test_more_than_one_batch(reader: Callable[[str], Reader], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cqrs_write.trimming.BATCH", 3)
    one = reader("one")
    log(*map(str, range(10)))
    one.catch_up()
    log("last")
    assert trim("default").rows == 10
    assert one.pending().keys == {STREAM: {"last"}}


@pytest.mark.postgresql
def test_a_long_transaction_stops_no_trim(reader: Callable[[str], Reader]) -> None:
    one = reader("one")
    with elsewhere("INSERT INTO cqrs_change_log (stream, keys) VALUES ('cap.id', '{late}')"):
        log("1", "2")
        one.catch_up()
        assert trim("default").rows == 2
    assert one.pending().keys == {STREAM: {"late"}}
    assert not one.pending().everything


@pytest.mark.postgresql
@pytest.mark.parametrize("mode", ["SHARE", "ACCESS EXCLUSIVE"])
def test_a_locked_log_is_left_for_the_next_time(mode: str, reader: Callable[[str], Reader]) -> None:
    log("1")
    with elsewhere(f"LOCK TABLE cqrs_change_log IN {mode} MODE"):
        assert trim("default").rows == 0
    assert trim("default").rows == 1


@pytest.mark.postgresql
def test_two_trims_do_not_wait_for_each_other(reader: Callable[[str], Reader]) -> None:
    log("1")
    with elsewhere("SELECT pg_advisory_xact_lock(7283401552)"):
        assert trim("default").rows == 0
    assert trim("default").rows == 1


@pytest.mark.postgresql
def test_rows_of_a_database_that_was_restored_go(reader: Callable[[str], Reader]) -> None:
    """Their transaction ids lie in the future, where no position would ever see them."""
    one = reader("one")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cqrs_change_log (xid, stream, keys) "
            "VALUES ((pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1000000)::text::xid8, 'cap.id', '{1}')"
        )
        cursor.execute(
            "INSERT INTO cqrs_change_log_trimmed VALUES ('another/1/1', '9999999:9999999:') "
            "ON CONFLICT (origin) DO NOTHING"
        )
    assert trim("default").rows == 1
    assert not one.pending(), "how far another database was trimmed means nothing here"


@override_settings(CQRS_WRITE=TINY)
def test_above_the_cap_the_slowest_is_given_up(reader: Callable[[str], Reader]) -> None:
    slow, quick = reader("slow"), reader("quick")
    log(*map(str, range(30)))
    quick.catch_up()
    log("fresh")
    trimmed = trim("default")
    assert trimmed.given_up == ("slow",)
    assert trimmed.rows == 30
    assert "CHANGE_LOG_MAX_BYTES" in slow.reason
    assert (slow.pending().everything, slow.pending().keys) == ({STREAM}, {STREAM: {"fresh"}})
    assert changelog.probe("default", slow.position or "", [STREAM])[1]
    assert (quick.reason, quick.pending().everything, quick.pending().keys) == (
        "",
        set(),
        {STREAM: {"fresh"}},
    )
    slow.catch_up()
    assert not slow.pending()


@override_settings(CQRS_WRITE=TINY)
def test_all_are_given_up_if_need_be_and_room_that_was_freed_counts_for_nothing(
    reader: Callable[[str], Reader],
) -> None:
    one, other = reader("one"), reader("other")
    log("x")
    other.catch_up()
    log(*map(str, range(30)))
    assert trim("default").given_up == ("one", "other")
    assert (rows(), one.pending().everything, other.pending().everything) == (0, {STREAM}, {STREAM})
    one.catch_up()
    log("1")
    assert trim("default").given_up == ()
    assert one.pending().keys == {STREAM: {"1"}}


def test_a_follower_whose_database_is_away_keeps_the_log_below_the_cap(
    reader: Callable[[str], Reader],
) -> None:
    away = reader("away")
    position, away.position = away.position, None
    log(*map(str, range(30)))
    assert (trim("default").rows, trim("default").slowest) == (0, "away")
    with override_settings(CQRS_WRITE=TINY):
        assert trim("default").given_up == ("away",)
    away.position = position
    assert away.pending().everything == {STREAM}


def test_the_task_trims_every_database(reader: Callable[[str], Reader]) -> None:
    log("1")
    tasks.trim()
    assert rows() == 0


class TestCommand:
    def test_it_says_what_it_deleted_and_who_is_slowest(self, reader: Callable[[str], Reader]) -> None:
        one = reader("shop.Slow")
        log("1", "2")
        one.catch_up()
        log("3")
        printed = run()
        assert "Deleted 2 rows." in printed
        assert "The change log of 'default' holds about" in printed
        assert "Furthest behind: shop.Slow" in printed

    def test_a_dry_run_deletes_nothing(self, reader: Callable[[str], Reader]) -> None:
        one = reader("shop.Slow")
        log("1", "2")
        one.catch_up()
        assert "Would delete 2 rows." in run("--dry-run")
        assert rows() == 2
        log(*map(str, range(30)))
        with override_settings(CQRS_WRITE=TINY):
            assert "Would give up: shop.Slow" in run("--dry-run")
        assert one.reason == ""

    def test_json(self, reader: Callable[[str], Reader]) -> None:
        log("1")
        told = json.loads(run("--json"))
        assert (told["rows"], told["dry_run"], told["given_up"], told["using"]) == (1, False, [], "default")
        assert set(told["size"]) == {"using", "rows", "bytes", "oldest", "share"}

    def test_an_unknown_database(self, reader: Callable[[str], Reader]) -> None:
        with pytest.raises(CommandError, match="Unknown database 'nope'") as error:
            run("--database", "nope")
        assert error.value.returncode == 2


def test_size(reader: Callable[[str], Reader]) -> None:
    reader("one")
    log("1", "2")
    with override_settings(CQRS_WRITE={"CHANGE_LOG_MAX_BYTES": 400}):
        found = size("default")
    assert 0.1 < found.share <= 1
    assert found.oldest is not None
    assert size("default").share < 0.01


@pytest.mark.postgresql
def test_the_change_log_has_autovacuum_settings_of_its_own(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'cqrs_change_log'")
        (options,) = cursor.fetchone()
    assert set(options) == {
        "autovacuum_vacuum_scale_factor=0.0",
        "autovacuum_vacuum_threshold=10000",
        "autovacuum_vacuum_insert_threshold=10000",
        "autovacuum_analyze_scale_factor=0.0",
        "autovacuum_analyze_threshold=10000",
    }


class elsewhere:
    """A transaction of another connection that stays open for the block."""

    def __init__(self, sql: str) -> None:
        self.sql, self.done, self.began = sql, threading.Event(), threading.Event()

    def __enter__(self) -> None:
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self.began.wait(20)

    def __exit__(self, *error: Any) -> None:
        self.done.set()
        self.thread.join(20)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(self.sql)
            self.began.set()
            self.done.wait(20)
        connection.close()
