"""``in_sequence``: an acceptance waits for those before it in its lane, so ids are in the order of commits."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from django.db import connection, transaction

from cqrs_write import Command
from cqrs_write.bus import accept, accept_all
from cqrs_write.models import LoggedCommand
from tests.waiting import eventually

from .probe.commands import InTurn, Write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@contextmanager
def under_way(command: Command) -> Iterator[threading.Thread]:
    """A thread with a connection of its own that accepts ``command``, outside any transaction."""

    def work() -> None:
        try:
            accept(command)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield thread
    thread.join(30)
    assert not thread.is_alive()


def locks(condition: str) -> int:
    """The advisory locks in this database for which ``condition`` is true."""
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {here} AND {condition}"
        )
        return int(cursor.fetchone()[0])


def texts() -> list[str]:
    return [row.payload["text"] for row in LoggedCommand.objects.order_by("id")]


@pytest.mark.parametrize("give", [accept, lambda command: accept_all([command])], ids=["one", "many"])
def test_an_acceptance_waits_until_the_one_before_it_in_its_lane_is_committed(give):
    with ExitStack() as after_the_commit, transaction.atomic():
        give(InTurn(text="first", lane="a"))
        second = after_the_commit.enter_context(under_way(InTurn(text="second", lane="a")))
        assert eventually(lambda: locks("NOT granted") == 1)
        assert second.is_alive()
    assert texts() == ["first", "second"]


def test_without_it_and_in_other_lanes_nobody_waits():
    with transaction.atomic():
        accept(InTurn(text="first", lane="a"))
        with under_way(InTurn(text="another lane", lane="b")):
            pass
        with under_way(Write(text="without", lane="a")):
            pass
        with under_way(InTurn(text="no lane")):
            pass
    assert sorted(texts()) == ["another lane", "first", "no lane", "without"]


def test_the_lock_is_held_until_the_row_is_committed_where_the_caller_has_no_transaction(monkeypatch):
    """Else the row of an acceptance that came later could be committed first."""
    from cqrs_write.backends.postgresql import acceptance

    held: list[int] = []
    insert = acceptance.insert

    def insert_and_look(using, rows):
        insert(using, rows)
        held.append(locks("granted AND pid = pg_backend_pid()"))

    monkeypatch.setattr(acceptance, "insert", insert_and_look)
    accept(InTurn(text="alone", lane="a"))
    assert held == [1]
