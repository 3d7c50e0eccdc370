"""Whether others have committed is told from what a recording did itself.

On a server of its own, without autovacuum: transactions of all databases of a server count, and so would those of
tests that run beside this one.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections, transaction

from cqrs_routing.rehearsal.foreign_commits import committed_now, foreign_commits
from cqrs_routing.rehearsal.recorder import Recorder
from legacy_app.servers import own_postgresql

pytestmark = [pytest.mark.postgresql, pytest.mark.usefixtures("quiet")]

QUIET = "quiet"
Act = Callable[[], object]


@pytest.fixture(scope="module")
def quiet(django_db_blocker: Any) -> Iterator[None]:
    """A database that nobody else uses, under an alias of its own."""
    with own_postgresql(settings={"autovacuum": "off"}) as server, django_db_blocker.unblock():
        place = {"NAME": "postgres", "USER": "postgres", "HOST": "127.0.0.1", "PORT": server.port}
        connections.settings[QUIET] = connections.settings["default"] | place
        execute("CREATE TABLE notes (id serial PRIMARY KEY, note text)")
        yield
        connections[QUIET].close()
        del connections[QUIET], connections.settings[QUIET]


def execute(*statements: str) -> None:
    with connections[QUIET].cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


def write() -> None:
    execute("INSERT INTO notes (note) VALUES ('a')")


def nested(depth: int) -> None:
    with transaction.atomic(using=QUIET):
        write()
        if depth:
            nested(depth - 1)


def rolled_back() -> None:
    with transaction.atomic(using=QUIET):
        write()
        transaction.set_rollback(True, using=QUIET)


def elsewhere(act: Act) -> Act:
    """``act`` on a connection of its own, to its end."""

    def run() -> None:
        act()
        connections[QUIET].close()

    def start() -> None:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(20)

    return start


def foreign(act: Act) -> bool:
    """Whether a commit is seen that is not recorded, while ``act`` is."""
    before = committed_now(QUIET)
    with Recorder(QUIET) as recorder:
        act()
    return foreign_commits(QUIET, before, committed_now(QUIET), recorder.recording)


@pytest.mark.parametrize(
    "act",
    [lambda: None, write, rolled_back, lambda: nested(0), lambda: nested(3), lambda: execute("SELECT 1")],
    ids=["nothing", "one statement", "a rollback", "a transaction", "savepoints", "a query"],
)
def test_what_is_recorded_is_not_foreign(act: Act) -> None:
    assert not foreign(act)


@pytest.mark.parametrize("act", [write, lambda: nested(3)], ids=["one statement", "savepoints"])
def test_another_writers_commit_is(act: Act) -> None:
    assert foreign(elsewhere(act))


@pytest.mark.parametrize("act", [lambda: execute("SELECT 1"), rolled_back], ids=["a query", "a rollback"])
def test_others_that_change_nothing_are_not(act: Act) -> None:
    assert not foreign(elsewhere(act))


@pytest.mark.parametrize("commits", [True, False])
def test_one_that_began_before_counts_if_it_commits_in_between(commits: bool) -> None:
    has_written, may_end = threading.Event(), threading.Event()

    def other() -> None:
        with transaction.atomic(using=QUIET):
            write()
            has_written.set()
            may_end.wait(20)

    def act() -> None:
        write()
        if commits:
            may_end.set()
            thread.join(20)

    thread = threading.Thread(target=elsewhere(other))
    thread.start()
    assert has_written.wait(20)
    try:
        assert foreign(act) is commits
    finally:
        may_end.set()
        thread.join(20)
