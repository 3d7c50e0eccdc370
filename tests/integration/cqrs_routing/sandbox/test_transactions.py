"""Whatever code does about transactions, nothing of it is committed."""

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from cqrs_routing.sandbox.refusal import EffectRefused
from cqrs_routing.sandbox.sandbox import run, sandbox

from .outside import group_names

pytestmark = pytest.mark.django_db(transaction=True)


def write(name="written"):
    return Group.objects.create(name=name)


def write_and_raise():
    write()
    raise LookupError("after the write")


def write_in_a_durable_block():
    with transaction.atomic(durable=True):
        write()
        with transaction.atomic():
            write("inner")


def write_in_savepoints():
    with transaction.atomic():
        kept = transaction.savepoint()
        write("kept")
        transaction.savepoint_commit(kept)
        undone = transaction.savepoint()
        write("undone")
        transaction.savepoint_rollback(undone)
        assert group_names() == ["kept", "there"]


def write_in_a_block_that_fails():
    write()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write("undone")
        raise ZeroDivisionError
    assert group_names() == ["there", "written"]


def write_after_set_rollback():
    write()
    with transaction.atomic():
        write("undone")
        transaction.set_rollback(True)
    transaction.set_rollback(True)


def write_and_leave_blocks_open():
    transaction.atomic().__enter__()
    write()
    transaction.atomic().__enter__()
    write("deeper")


def lock_and_write():
    with transaction.atomic():
        Group.objects.select_for_update().get(name="there")
        Group.objects.update(name=F("name"))
        write()


def break_the_transaction():
    write()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM nothing_of_that_name")


def write_after_closing():
    write()
    connection.close()
    transaction.get_connection().close()
    assert group_names() == ["there", "written"]
    write("after closing")


def write_by_sql():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO auth_group (name) VALUES (%s)", ["written"])
        cursor.executemany("INSERT INTO auth_group (name) VALUES (%s)", [["a"], ["b"]])
        cursor.execute("DELETE FROM auth_group WHERE name = 'there'")


HARMLESS = [
    write,
    write_and_raise,
    write_in_a_durable_block,
    write_in_savepoints,
    write_in_a_block_that_fails,
    write_after_set_rollback,
    write_and_leave_blocks_open,
    lock_and_write,
    break_the_transaction,
    write_after_closing,
    write_by_sql,
]


@pytest.mark.parametrize("code", HARMLESS, ids=lambda code: code.__name__)
def test_what_code_writes_is_gone(code, elsewhere):
    write("there")
    outcome = run(code)
    assert not isinstance(outcome.error, AssertionError)
    assert not outcome.effects
    assert group_names() == elsewhere.call(group_names) == ["there"]


def commit():
    write()
    connection.commit()


def commit_by_the_function():
    write()
    transaction.commit()


def roll_back():
    write()
    connection.rollback()


def switch_autocommit_off_and_commit():
    connection.set_autocommit(False)
    write()
    connection.commit()


def switch_autocommit_on():
    write()
    transaction.set_autocommit(True)


def commit_by_sql():
    write()
    with connection.cursor() as cursor:
        cursor.execute("/* now */ COMMIT")


def commit_by_sql_within_a_block():
    with transaction.atomic():
        write()
        with connection.cursor() as cursor:
            cursor.execute("commit")


def roll_back_by_sql():
    with connection.cursor() as cursor:
        cursor.execute("ROLLBACK")
    write()


def commit_by_the_driver():
    write()
    connection.connection.commit()


def roll_back_by_the_driver():
    write()
    connection.connection.rollback()


def commit_past_django():
    write()
    connection._commit()


ENDING = [
    commit,
    commit_by_the_function,
    roll_back,
    switch_autocommit_off_and_commit,
    switch_autocommit_on,
    commit_by_sql,
    commit_by_sql_within_a_block,
    roll_back_by_sql,
    commit_by_the_driver,
    roll_back_by_the_driver,
    commit_past_django,
]


@pytest.mark.parametrize("code", ENDING, ids=lambda code: code.__name__)
@pytest.mark.parametrize("handled", [False, True], ids=["", "handled"])
def test_ending_the_transaction_is_refused(code, handled, elsewhere):
    def persistent():
        try:
            code()
        except (OSError, DatabaseError, connection.Database.Error):
            if not handled:
                raise
        write("after it")

    outcome = run(persistent)
    assert [effect.kind for effect in outcome.effects] == ["database"]
    assert handled == (outcome.error is None)
    assert group_names() == elsewhere.call(group_names) == []
    write("real")
    assert elsewhere.call(group_names) == ["real"]


@pytest.mark.postgresql
def test_several_statements_in_one_do_not_commit_either(elsewhere):
    def code():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO auth_group (name) VALUES ('written'); COMMIT")

    assert isinstance(run(code).error, EffectRefused)
    assert elsewhere.call(group_names) == []


@pytest.mark.postgresql
def test_neither_does_a_transaction_of_psycopg(elsewhere):
    def code():
        connection.ensure_connection()
        with connection.connection.transaction():
            connection.connection.execute("INSERT INTO auth_group (name) VALUES ('written')")

    outcome = run(code)
    assert outcome.error is None
    assert elsewhere.call(group_names) == []


@pytest.mark.postgresql
def test_statements_of_every_kind_are_read(elsewhere):
    from psycopg import sql

    def code():
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("INSERT INTO auth_group (name) VALUES ({})").format(sql.Literal("written"))
            )
            cursor.execute(b"SELECT count(*) FROM auth_group")
            assert cursor.fetchone() == (1,)
            with pytest.raises(EffectRefused):
                cursor.execute(sql.SQL("COMMIT"))
            with pytest.raises(EffectRefused):
                cursor.execute(b"COMMIT")

    assert run(code).error is None
    assert elsewhere.call(group_names) == []


@pytest.mark.postgresql
def test_a_lock_of_the_session_is_gone_too(elsewhere):
    def lock():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s), pg_try_advisory_lock_shared(4, 2)", [42])

    def try_to_lock():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(42)")
            return cursor.fetchone()[0]

    with sandbox():
        lock()
        assert elsewhere.call(try_to_lock) is False
    assert elsewhere.call(try_to_lock) is True


def test_code_sees_what_it_wrote():
    def code():
        write()
        return group_names()

    assert run(code).result == ["written"]


def test_nobody_else_does(elsewhere):
    with sandbox():
        write()
        assert elsewhere.call(group_names) == []


def test_callbacks_are_counted_and_never_run():
    ran = []

    def code():
        transaction.on_commit(lambda: ran.append("first"))
        with transaction.atomic():
            write()
            transaction.on_commit(lambda: ran.append("second"), robust=True)
        connection.on_commit(lambda: ran.append("third"))

    outcome = run(code)
    write("real")
    assert (outcome.callbacks, outcome.effects, ran) == (3, (), [])


def test_a_callback_that_is_none_is_refused_as_outside():
    outcome = run(lambda: transaction.on_commit("not callable"))
    assert isinstance(outcome.error, TypeError)
    assert outcome.callbacks == 0
