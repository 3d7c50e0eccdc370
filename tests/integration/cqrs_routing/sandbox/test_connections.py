"""The connection after a sandbox: exactly as it was, whatever happened."""

import contextvars

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, OperationalError, connection, transaction

from cqrs_routing.sandbox.databases import in_custody
from cqrs_routing.sandbox.refusal import SandboxMisused
from cqrs_routing.sandbox.sandbox import run, sandbox

from .outside import group_names

pytestmark = pytest.mark.django_db(transaction=True)

ATTRIBUTES = [
    "autocommit",
    "in_atomic_block",
    "savepoint_ids",
    "atomic_blocks",
    "needs_rollback",
    "closed_in_transaction",
    "run_on_commit",
    "run_commit_hooks_on_set_autocommit_on",
    "errors_occurred",
    "execute_wrappers",
]


def state():
    driver = connection.connection
    kept = {name: getattr(connection, name) for name in ATTRIBUTES}
    kept |= {name: list(value) for name, value in kept.items() if isinstance(value, list)}
    return kept | {"driver": driver, "class": type(driver), "queries": list(connection.queries_log)}


@pytest.fixture
def before():
    """The state of a connection that is in use."""
    Group.objects.exists()
    return state()


def nothing():
    pass


def write():
    Group.objects.create(name="written")
    transaction.on_commit(nothing)


def fail():
    write()
    raise ValueError


def stop():
    write()
    raise KeyboardInterrupt


def leave():
    with transaction.atomic():
        write()
        raise SystemExit


def leave_blocks_open():
    for _ in range(3):
        transaction.atomic().__enter__()
    write()
    connection.execute_wrappers.append(lambda execute, *args: execute(*args))
    connection.execute_wrappers.pop()


def fail_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute("nonsense")


def fail_in_the_database_unseen():
    with pytest.raises(DatabaseError):
        fail_in_the_database()


ENDS = [
    nothing,
    write,
    fail,
    stop,
    leave,
    leave_blocks_open,
    fail_in_the_database,
    fail_in_the_database_unseen,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_it_is_as_it_was(end, before):
    try:
        run(end)
    except (KeyboardInterrupt, SystemExit):
        assert end in (stop, leave)
    assert state() == before
    assert not in_custody
    Group.objects.create(name="real")
    assert group_names() == ["real"]


def test_an_error_of_before_is_not_forgotten(before):
    connection.errors_occurred = True
    run(nothing)
    assert connection.errors_occurred
    connection.errors_occurred = False


def test_one_without_autocommit_stays_so(before):
    transaction.set_autocommit(False)
    try:
        Group.objects.create(name="before")
        run(write)
        assert not connection.get_autocommit()
        assert not connection.in_atomic_block
        assert group_names() == ["before"]
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)
    assert group_names() == []


@pytest.mark.parametrize("code", [nothing, write], ids=["unused", "used"])
def test_one_that_is_not_connected_connects_when_it_is_used(code):
    connection.close()
    outcome = run(code)
    assert outcome.error is None
    assert (connection.connection is None) == (code is nothing)
    assert not connection.in_atomic_block
    assert connection.get_autocommit()
    assert group_names() == []


def connect_in_a_block():
    with transaction.atomic():
        write()
        with transaction.atomic(durable=False):
            write_another()


def write_another():
    Group.objects.create(name="another")


def connect_and_fail():
    connect_in_a_block()
    raise ValueError


def register_first():
    transaction.on_commit(nothing)
    write()


def ask_for_autocommit_first():
    assert not connection.get_autocommit()
    write()


@pytest.mark.parametrize(
    "code",
    [connect_in_a_block, connect_and_fail, register_first, ask_for_autocommit_first],
    ids=lambda code: code.__name__,
)
def test_one_that_connects_in_a_sandbox_commits_nothing(code, elsewhere):
    connection.close()
    run(code)
    assert group_names() == elsewhere.call(group_names) == []
    assert connection.get_autocommit()
    assert not connection.run_on_commit


def test_one_that_cannot_connect_is_as_it_was(monkeypatch):
    connection.close()

    def refuse(self, parameters):
        raise OperationalError("nobody there")

    with monkeypatch.context() as broken:
        broken.setattr(type(connection._connections["default"]), "get_new_connection", refuse)
        outcome = run(write)
    assert isinstance(outcome.error, OperationalError)
    assert connection.connection is None
    assert not connection.in_atomic_block
    write()
    assert group_names() == ["written"]


@pytest.mark.postgresql
@pytest.mark.parametrize("later", [nothing, write], ids=["", "and code goes on"])
def test_one_that_breaks_is_replaced(later, elsewhere):
    def break_it():
        write()
        elsewhere.call(terminate, connection.connection.info.backend_pid)
        with pytest.raises(OperationalError):
            write()
        later()

    run(break_it)
    assert not in_custody
    assert not connection.in_atomic_block
    assert group_names() == []
    write()
    assert elsewhere.call(group_names) == ["written"]


@pytest.mark.postgresql
def test_one_that_was_broken_before_is_replaced(elsewhere):
    Group.objects.exists()
    elsewhere.call(terminate, connection.connection.info.backend_pid)
    run(write)
    assert not connection.in_atomic_block
    write()
    assert elsewhere.call(group_names) == ["written"]


def terminate(number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])


@pytest.mark.postgresql
def test_a_statement_that_takes_too_long_is_cancelled(before):
    def sleep():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(10)")

    outcome = run(sleep, statement_timeout=0.01)
    assert "statement timeout" in str(outcome.error)
    assert state() == before


@pytest.mark.postgresql
def test_a_lock_that_is_not_to_be_had_is_given_up(before, elsewhere):
    Group.objects.create(name="there")

    def lock():
        transaction.set_autocommit(False)
        Group.objects.select_for_update().get()

    def unlock():
        transaction.rollback()
        transaction.set_autocommit(True)

    elsewhere.call(lock)
    try:
        outcome = run(lambda: Group.objects.update(name="mine"), lock_timeout=0.01)
    finally:
        elsewhere.call(unlock)
    assert "lock timeout" in str(outcome.error)
    assert state() == before


@pytest.mark.postgresql
@pytest.mark.parametrize("connected", [True, False])
def test_limits_end_with_the_sandbox(connected):
    def limits():
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
            return cursor.fetchone()

    usual = limits()
    if not connected:
        connection.close()
    assert run(limits, statement_timeout=1.5, lock_timeout=0.2).result == ("1500ms", "200ms")
    assert run(limits, lock_timeout=0.2).result == (usual[0], "200ms")
    assert limits() == usual


def test_queries_of_a_sandbox_are_not_among_the_requests_own(before, django_assert_num_queries):
    with django_assert_num_queries(1):
        run(write)
        Group.objects.exists()


@pytest.mark.postgresql
def test_an_unused_connection_is_asked_nothing(before, django_assert_num_queries):
    statements = []

    def count(execute, *args):
        statements.append(args)
        return execute(*args)

    with connection.execute_wrapper(count), sandbox(statement_timeout=1):
        pass
    assert statements == []


def test_a_thousand_sandboxes_leave_nothing(before):
    for _ in range(1000):
        run(write)
    assert state() == before
    assert not in_custody
    assert group_names() == []


def test_one_that_cannot_begin_is_closed_and_the_sandbox_not_opened(before, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise OperationalError("not now")

    with monkeypatch.context() as broken:
        broken.setattr(type(connection._connections["default"]), "set_autocommit", refuse)
        outcome = run(write)
    assert isinstance(outcome.error, OperationalError)
    assert not in_custody
    assert not connection.in_atomic_block
    assert group_names() == []
    write()
    assert group_names() == ["written"]


def test_one_is_in_one_sandbox_at_a_time(before):
    with sandbox():
        outcome = contextvars.Context().run(run, write)
        assert isinstance(outcome.error, SandboxMisused)
        write()
    assert state() == before
    assert group_names() == []
