"""What is recorded of transactions of every shape is what is in the tables afterwards, and no statement notices."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg import sql

from cqrs_routing.rehearsal.recorder import Recorder
from tests.integration.cqrs_routing.rehearsal.conftest import elsewhere, execute, recorded, summary

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.usefixtures("tables"),
]


def pay(key: int = 1, status: str = "paid") -> None:
    execute("UPDATE reh_order SET status = %s WHERE id = %s", status, key)


def in_a_transaction() -> None:
    with transaction.atomic():
        pay()


def that_raises() -> None:
    with transaction.atomic():
        pay()
        raise ValueError


def that_breaks() -> None:
    with transaction.atomic():
        pay()
        execute("SELECT 1 / 0")


def with_a_savepoint_rolled_back() -> None:
    with transaction.atomic():
        pay(1)
        try:
            with transaction.atomic():
                pay(1, "shipped")
                pay(2)
                raise ValueError
        except ValueError:
            pass


def with_a_savepoint_after_an_error() -> None:
    with transaction.atomic():
        pay(1)
        try:
            with transaction.atomic():
                pay(2)
                execute("SELECT 1 / 0")
        except DatabaseError:
            pass
        pay(1, "shipped")


def with_the_first_write_in_a_savepoint_rolled_back() -> None:
    with transaction.atomic():
        try:
            with transaction.atomic():
                pay(1)
                raise ValueError
        except ValueError:
            pass
        pay(2)


def with_savepoints_of_one_name() -> None:
    with transaction.atomic():
        execute("SAVEPOINT s; UPDATE reh_order SET status = 'one' WHERE id = 1; SAVEPOINT s")
        execute(
            "UPDATE reh_order SET status = 'two' WHERE id = 2; ROLLBACK TO s; RELEASE s; ROLLBACK TO SAVEPOINT s"
        )
        pay(2, "three")


def that_commits_in_the_middle() -> None:
    transaction.set_autocommit(False)
    try:
        pay(1)
        transaction.commit()
        pay(2)
        transaction.rollback()
        pay(1, "shipped")
        transaction.commit()
    finally:
        transaction.set_autocommit(True)


def begun_and_committed_by_hand() -> None:
    execute("BEGIN; UPDATE reh_order SET status = 'paid' WHERE id = 1; COMMIT")
    execute("BEGIN; UPDATE reh_order SET status = 'paid' WHERE id = 2; ROLLBACK")


def committed_and_chained() -> None:
    execute("BEGIN; UPDATE reh_order SET status = 'paid' WHERE id = 1; COMMIT AND CHAIN")
    execute("UPDATE reh_order SET status = 'chained' WHERE id = 2; COMMIT")


def with_another_isolation_level() -> None:
    with transaction.atomic():
        execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        execute("LOCK TABLE reh_order IN SHARE ROW EXCLUSIVE MODE")
        pay()


def with_rows_locked() -> None:
    with transaction.atomic():
        execute("SELECT id FROM reh_order WHERE id = 1 FOR UPDATE")
        pay()


def on_a_connection_of_its_own() -> None:
    pay(1)
    connection.close()
    pay(2)


def with_an_exception_block() -> None:
    execute(
        "DO $$ BEGIN UPDATE reh_order SET status = 'tried' WHERE id = 2; RAISE 'no'; EXCEPTION WHEN others THEN END $$"
    )


def with_an_exception_block_in_between() -> None:
    with transaction.atomic():
        pay(1)
        pay(2)
        with_an_exception_block()


def of_many_at_once() -> None:
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE reh_order SET status = %s WHERE id = %s", [("paid", 1), ("paid", 2)])


def by_a_common_table_expression() -> None:
    execute(
        "WITH due AS (SELECT 1 AS id) UPDATE reh_order o SET status = 'paid' FROM due WHERE o.id = due.id"
    )


def by_a_function_in_a_select() -> None:
    body = "UPDATE reh_order SET status = 'paid' WHERE id = 1"
    execute(f"CREATE OR REPLACE FUNCTION pg_temp.pay() RETURNS void LANGUAGE sql AS $$ {body} $$")
    execute("SELECT pg_temp.pay()")


def composed_by_psycopg() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("UPDATE {} SET status = 'paid' WHERE id = 1").format(sql.Identifier("reh_order"))
        )
        cursor.execute(cast(Any, b"UPDATE reh_order SET status = 'bytes' WHERE id = 2"))


COPY = "COPY reh_order (id, status)"


def by_copy() -> None:
    with connection.cursor() as cursor, cursor.copy(f"{COPY} FROM STDIN") as copy:
        copy.write_row((100, "copied"))


def by_copy_that_begins_a_transaction() -> None:
    with transaction.atomic():
        pay()
    with transaction.atomic():
        by_copy()
        pay(2)


def by_copy_that_fails() -> None:
    with suppress(psycopg.Error), connection.cursor() as cursor, cursor.copy(f"{COPY} FROM STDIN") as copy:
        copy.write_row((1, "there already"))
    pay(2)


def by_a_called_function() -> None:
    body = "UPDATE reh_order SET status = 'paid' WHERE id = 1"
    execute(f"CREATE FUNCTION reh_pay() RETURNS void LANGUAGE sql AS $$ {body} $$")
    with connection.cursor() as cursor:
        cursor.callproc("reh_pay")
    execute("DROP FUNCTION reh_pay")


def to_and_fro() -> None:
    pay(1)
    pay(1, "new")
    execute("INSERT INTO reh_order (id) VALUES (50); DELETE FROM reh_order WHERE id = 50")


def of_the_key_itself() -> None:
    execute("UPDATE reh_order SET id = 20 WHERE id = 2")


SHAPES: dict[Callable[[], None], list[str]] = {
    pay: ["reh_order 1: paid"],
    in_a_transaction: ["reh_order 1: paid"],
    that_raises: [],
    that_breaks: [],
    with_a_savepoint_rolled_back: ["reh_order 1: paid"],
    with_a_savepoint_after_an_error: ["reh_order 1: shipped"],
    with_the_first_write_in_a_savepoint_rolled_back: ["reh_order 2: paid"],
    with_savepoints_of_one_name: ["reh_order 2: three"],
    that_commits_in_the_middle: ["reh_order 1: shipped"],
    begun_and_committed_by_hand: ["reh_order 1: paid"],
    committed_and_chained: ["reh_order 1: paid", "reh_order 2: chained"],
    with_another_isolation_level: ["reh_order 1: paid"],
    with_rows_locked: ["reh_order 1: paid"],
    on_a_connection_of_its_own: ["reh_order 1: paid", "reh_order 2: paid"],
    with_an_exception_block_in_between: ["reh_order 1: paid", "reh_order 2: paid"],
    of_many_at_once: ["reh_order 1: paid", "reh_order 2: paid"],
    by_a_common_table_expression: ["reh_order 1: paid"],
    by_a_function_in_a_select: ["reh_order 1: paid"],
    composed_by_psycopg: ["reh_order 1: paid", "reh_order 2: bytes"],
    by_copy: ["reh_order 100: copied"],
    by_copy_that_begins_a_transaction: ["reh_order 1: paid", "reh_order 100: copied", "reh_order 2: paid"],
    by_copy_that_fails: ["reh_order 2: paid"],
    by_a_called_function: ["reh_order 1: paid"],
    to_and_fro: [],
    of_the_key_itself: ["reh_order 2: gone", "reh_order 20: new"],
}


def contents() -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM reh_order ORDER BY id")
        return list(cursor.fetchall())


@pytest.mark.parametrize("act", SHAPES, ids=lambda act: act.__name__)
def test_a_write_is_recorded(act: Callable[[], None]) -> None:
    recording = recorded(act)

    assert summary(recording) == SHAPES[act]
    assert (recording.incomplete, recording.disturbed) == ((), frozenset())


@pytest.mark.parametrize("act", SHAPES, ids=lambda act: act.__name__)
def test_a_write_has_the_same_effect_as_without_a_recorder(act: Callable[[], None]) -> None:
    """Contents, and the error if there is one."""

    def outcome(run: Callable[[Callable[[], None]], object]) -> tuple[Any, str]:
        error = ""
        try:
            run(act)
        except (DatabaseError, ValueError) as raised:
            error = repr(raised)
        return contents(), error

    def with_recorder(act: Callable[[], None]) -> None:
        with Recorder("default"):
            act()

    before = contents()
    plain = outcome(lambda act: act())
    execute("DELETE FROM reh_order")
    for row in before:
        execute("INSERT INTO reh_order VALUES (%s, %s, %s, %s)", *row)
    assert outcome(with_recorder) == plain


ALONE = {
    by_copy_that_fails,
    begun_and_committed_by_hand,
    committed_and_chained,
    of_the_key_itself,
    on_a_connection_of_its_own,
    that_breaks,
    that_commits_in_the_middle,
    with_another_isolation_level,
}
"""What can only be the outermost transaction, or sees what was written before."""


@pytest.mark.parametrize("act", [act for act in SHAPES if act not in ALONE], ids=lambda act: act.__name__)
def test_a_write_within_a_transaction_of_somebody_else_is_recorded(act: Callable[[], None]) -> None:
    with transaction.atomic():
        pay(2, "before")
        recording = recorded(act)
        transaction.set_rollback(True)
    assert summary(recording) == SHAPES[act]


class TestErrors:
    def test_a_deferred_constraint_fails_the_statement_that_breaks_it(self) -> None:
        with pytest.raises(IntegrityError, match="reh_line_order_id_fkey"), Recorder("default") as recorder:
            execute("INSERT INTO reh_line (order_id, sku) VALUES (999, 'A')")
        assert recorder.recording.changes == {}
        assert connection.get_autocommit()
        pay()

    def test_a_failed_statement_leaves_the_connection_as_it_was(self) -> None:
        with Recorder("default") as recorder:
            with pytest.raises(DatabaseError, match="division by zero"):
                execute("SELECT 1 / 0")
            pay()
        assert summary(recorder.recording) == ["reh_order 1: paid"]

    def test_a_failing_recorder_fails_no_statement(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*args: Any, **options: Any) -> None:
            raise RuntimeError

        recorder = Recorder("default")
        for name in ("prepare", "listen", "arm"):
            with monkeypatch.context() as patch:
                patch.setattr(Recorder, name, fail)
                with recorder:
                    pay(1, name)
                    with transaction.atomic():
                        pay(2, name)
            assert contents()[0][2] == contents()[1][2] == name
            assert recorder.recording.incomplete

    def test_a_database_that_cannot_be_armed_fails_no_statement(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("cqrs_routing.backends.postgresql.images.ARM", "SELECT 1 / 0")
        recording = recorded(pay)
        assert contents()[0][2] == "paid"
        assert "could not be recorded" in recording.incomplete[0]

    def test_a_connection_that_is_lost_says_so_as_ever(self) -> None:
        with pytest.raises(DatabaseError), Recorder("default") as recorder:
            pay()
            execute("SELECT pg_terminate_backend(pg_backend_pid())")
        connection.close()
        assert contents()[0][2] == "paid"
        assert recorder.recording is not None


class TestUnseen:
    """What cannot be recorded is said to be missing, or is found when the rows are read again."""

    @pytest.mark.parametrize(
        "sql", ["CALL reh_procedure()", "DO $$ BEGIN UPDATE reh_order SET status = 'x'; COMMIT; END $$"]
    )
    def test_a_procedure_outside_a_transaction_makes_the_recording_incomplete(self, sql: str) -> None:
        execute(
            "CREATE PROCEDURE reh_procedure() LANGUAGE plpgsql AS "
            "$$ BEGIN UPDATE reh_order SET status = 'x'; COMMIT; END $$"
        )
        recording = recorded(lambda: execute(sql))
        execute("DROP PROCEDURE reh_procedure")
        assert contents()[0][2] == "x"
        assert "transactions of its own" in recording.incomplete[0]

    def test_several_statements_in_one_that_commit_make_it_incomplete(self) -> None:
        def script() -> None:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE reh_order SET status = 'x'; COMMIT; UPDATE reh_order SET status = 'y'")

        assert recorded(script).incomplete

    def test_a_maintenance_command_runs_as_ever(self) -> None:
        recording = recorded(
            lambda: execute("VACUUM reh_order; SHOW work_mem; SET work_mem = '5MB'; RESET work_mem")
        )
        assert recording.incomplete == ()

    def test_what_an_exception_block_undid_is_known(self) -> None:
        recording = recorded(with_an_exception_block_in_between)
        assert recording.undone == {("reh_order", (2,))}

    def test_a_row_that_another_writer_changes_before_the_end_is_known(self) -> None:
        def disturbed() -> None:
            pay(1)
            elsewhere("UPDATE reh_order SET status = 'stolen' WHERE id = 1")

        recording = recorded(disturbed)
        assert recording.disturbed == {("reh_order", (1,))}

    def test_a_table_without_images_is_named(self) -> None:
        def blind() -> None:
            pay()
            execute("INSERT INTO reh_mute (note) VALUES ('a')")
            execute("UPDATE django_session SET session_data = ''")
            execute("DELETE FROM cqrs_change_log WHERE id < 0")
            execute("CREATE TEMP TABLE reh_temporary (id integer)")
            execute("INSERT INTO reh_temporary VALUES (1)")
            execute("DROP TABLE reh_temporary")

        assert recorded(blind).unwatched == {"reh_mute"}

    def test_a_truncated_table_is_named(self) -> None:
        def truncate() -> None:
            execute("INSERT INTO reh_line (order_id, sku) VALUES (1, 'A')")
            execute("TRUNCATE reh_line RESTART IDENTITY")
            execute("INSERT INTO reh_line (order_id, sku) VALUES (2, 'B')")

        recording = recorded(truncate)
        assert recording.truncated == {"reh_line"}
        assert summary(recording) == ["reh_line 1: B"]

    def test_what_fails_in_a_trigger_makes_it_incomplete(self) -> None:
        execute("CREATE TYPE reh_odd AS ENUM ('odd')")
        execute(
            "CREATE FUNCTION reh_json(reh_odd) RETURNS json LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no json of this'; END $$"
        )
        execute("CREATE CAST (reh_odd AS json) WITH FUNCTION reh_json(reh_odd)")
        execute("ALTER TABLE reh_order ADD COLUMN odd reh_odd DEFAULT 'odd'")
        recording = recorded(pay)
        execute("DROP TYPE reh_odd CASCADE")
        assert recording.incomplete == ("A row of reh_order could not be reported: no json of this",)


class TestTransactions:
    def test_nothing_of_it_stays_with_the_session(self) -> None:
        recorded(in_a_transaction)
        recorded(pay)
        with transaction.atomic():
            recorded(pay)
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('cqrs.rehearsal', true)")
                assert cursor.fetchone() == ("",)
        assert not any(isinstance(wrapper, Recorder) for wrapper in connection.execute_wrappers)
        assert connection.connection._notice_handlers == []

    def test_a_read_only_transaction_stays_one(self) -> None:
        def read() -> None:
            with transaction.atomic():
                execute("SET TRANSACTION READ ONLY")
                execute("SELECT * FROM reh_order")

        assert recorded(read).incomplete == ()

    def test_a_server_side_cursor_outside_a_transaction_can_be_read_on(self) -> None:
        execute("INSERT INTO reh_order (status) SELECT 'many' FROM generate_series(1, 500)")
        with Recorder("default"), connection.chunked_cursor() as cursor:
            cursor.execute("SELECT id FROM reh_order")
            assert len(cursor.fetchmany(100)) == 100
            pay()
            assert len(cursor.fetchall()) == 402

    def test_an_exception_that_leaves_an_open_transaction_takes_all_with_it(self) -> None:
        recorder = Recorder("default")
        with pytest.raises(ValueError, match="out"), transaction.atomic(), recorder:
            pay()
            raise ValueError("out")
        assert recorder.recording.changes == {}

    def test_the_shape_of_a_table_is_known(self) -> None:
        def add() -> None:
            execute("INSERT INTO reh_line (order_id, sku) VALUES (1, 'A')")

        shape = recorded(add).shapes["reh_line"]
        assert shape.key == ("id",)
        assert shape.generated == {"id"}
        assert shape.references == {"order_id": ("reh_order", "id")}
