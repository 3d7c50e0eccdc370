"""Another writer counts if it changed a table that either side has read or written, and only then."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from cqrs_routing.rehearsal import interference as module
from cqrs_routing.rehearsal.foreign_commits import committed_now
from cqrs_routing.rehearsal.interference import Span, interference
from cqrs_write import changelog
from cqrs_write.backends import load
from cqrs_write.capture.images import remove_images
from tests.integration.cqrs_routing.rehearsal.conftest import elsewhere, execute, recorded

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgresql,
    pytest.mark.usefixtures("tables"),
]

Act = Callable[[], object]
ORDER = "Another writer changed reh_order between the two runs."


def nothing() -> None:
    pass


def between(handler: Act, other: Act, legacy: Act = nothing) -> str:
    """What is said where ``other`` happens between the two runs."""
    before = committed_now("default")
    with transaction.atomic():
        ours = recorded(handler)
        transaction.set_rollback(True)
    other()
    theirs = recorded(legacy)
    return interference(Span(using="default", before=before, after=committed_now("default")), ours, theirs)


def reads(table: str = "reh_order") -> Act:
    return lambda: execute(f"SELECT * FROM {table}")


def other(*statements: str) -> Act:
    return lambda: elsewhere("; ".join(statements))


CHANGE = other("UPDATE reh_order SET status = 'paid' WHERE id = 1")


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody commits all the time somewhere on the server."""
    monkeypatch.setattr(module, "foreign_commits", lambda *args: True)


class TestAnotherWriter:
    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO reh_order (number) VALUES ('C')",
            "UPDATE reh_order SET status = 'paid' WHERE id = 1",
            "DELETE FROM reh_order WHERE id = 2",
            "TRUNCATE reh_order CASCADE",
            "COPY reh_order (number) FROM PROGRAM 'echo C'",
            "BEGIN; SAVEPOINT a; SAVEPOINT b; UPDATE reh_order SET status = 'paid'; RELEASE a; COMMIT",
            "SET session_replication_role = replica; DELETE FROM reh_order; RESET session_replication_role",
        ],
    )
    def test_counts_if_it_changed_a_table_that_was_read(self, sql: str) -> None:
        assert between(reads(), other(sql)) == ORDER

    @pytest.mark.parametrize(
        "act", [reads(), lambda: execute("UPDATE reh_order SET status = 'x' WHERE id = 2")]
    )
    def test_counts_for_either_side(self, act: Act) -> None:
        assert between(act, CHANGE) == between(nothing, CHANGE, act) == ORDER

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT 1 FROM reh_line",
            "UPDATE reh_mute SET note = ''",
            "UPDATE reh_order SET status = 'x' WHERE id < 0",
            "BEGIN; UPDATE reh_order SET status = 'x'; ROLLBACK",
            "BEGIN; SAVEPOINT a; DELETE FROM reh_order; ROLLBACK TO a; UPDATE reh_mute SET note = ''; COMMIT",
        ],
    )
    @pytest.mark.usefixtures("busy")
    def test_does_not_if_it_changed_nothing_of_it(self, sql: str) -> None:
        execute("INSERT INTO reh_mute (note) VALUES ('a')")
        assert between(reads(), other(sql)) == ""
        assert between(reads("reh_line"), CHANGE) == ""

    @pytest.mark.parametrize(("commits", "reason"), [(True, ORDER), (False, "")])
    def test_that_began_before_counts_if_it_commits_in_between(self, commits: bool, reason: str) -> None:
        connection_of_its_own = connection.copy()
        with connection_of_its_own.cursor() as cursor:
            cursor.execute("BEGIN; INSERT INTO reh_order (number) VALUES ('C')")
            assert between(reads(), lambda: cursor.execute("COMMIT") if commits else None) == reason
        connection_of_its_own.close()

    def test_counts_for_a_statement_that_failed(self) -> None:
        """On what somebody else has just inserted, perhaps."""

        def fails() -> None:
            with suppress(DatabaseError):
                execute("INSERT INTO reh_order (id) VALUES (1)")

        assert between(nothing, CHANGE, fails) == ORDER

    def test_counts_through_a_view(self) -> None:
        execute("CREATE VIEW reh_view AS SELECT o.id FROM reh_order o")
        execute("CREATE VIEW reh_view_of_it AS SELECT * FROM reh_view")
        assert between(reads("reh_view_of_it"), CHANGE) == ORDER
        execute("DROP VIEW reh_view CASCADE")

    @pytest.mark.parametrize("own", ["UPDATE reh_order SET status = 'x'", "SELECT * FROM reh_order"])
    def test_is_none_of_the_two_sides(self, own: str) -> None:
        def legacy() -> None:
            execute(own)
            with transaction.atomic(), transaction.atomic(), transaction.atomic():
                execute(own)

        assert between(legacy, nothing, legacy) == ""


@pytest.mark.usefixtures("busy")
class TestTablesThatDoNotTell:
    MUTE = (
        "Other transactions committed between the two runs, and reh_mute does not tell whether they changed it: "
        "declare it in tables=."
    )

    def test_others_may_have_changed_them_if_they_committed_at_all(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert between(reads("reh_mute"), nothing) == self.MUTE
        monkeypatch.setattr(module, "foreign_commits", lambda *args: False)
        assert between(reads("reh_mute"), nothing) == ""

    @pytest.mark.parametrize(
        "how",
        [
            lambda: execute("ALTER TABLE reh_order DISABLE TRIGGER cqrs_image_change"),
            lambda: execute("ALTER TABLE reh_order ENABLE TRIGGER cqrs_image_change"),
            lambda: remove_images("reh"),
        ],
    )
    def test_a_table_whose_trigger_is_gone_is_one(self, how: Act) -> None:
        how()
        assert "reh_order does not tell" in between(reads(), nothing)

    @pytest.mark.parametrize(
        "table", ["cqrs_change_log", "django_session", "auth_user", "django_content_type"]
    )
    def test_what_every_request_reads_is_none(self, table: str) -> None:
        assert between(reads(table), nothing) == ""

    @pytest.mark.parametrize(
        "table",
        [
            "(SELECT 1 WHERE EXTRACT(YEAR FROM now()) IS DISTINCT FROM 1) x",
            "reh_line WHERE EXISTS (SELECT 1 WHERE reh_line.sku IS DISTINCT FROM public.reh_line.sku)",
            '(SELECT 1) "odd ""name" WHERE "odd ""name" IS DISTINCT FROM "odd ""name"',
        ],
    )
    def test_nor_is_what_only_looks_like_a_table(self, table: str) -> None:
        assert between(reads(table), nothing) == ""

    def test_nor_is_what_belongs_to_the_system_or_the_session(self) -> None:
        execute("CREATE TEMP TABLE reh_temporary (id integer)")
        execute("CREATE TEMP VIEW reh_temporary_view AS SELECT * FROM reh_temporary")
        for name in (
            "reh_temporary",
            "reh_temporary_view",
            "pg_class",
            "information_schema.tables",
            "unnest('{1}'::int[])",
        ):
            assert between(reads(name), nothing) == ""
        execute("DISCARD TEMP")

    @override_settings(
        AUTH_USER_MODEL="customers.Customer", SESSION_ENGINE="django.contrib.sessions.backends.cache"
    )
    def test_users_and_sessions_are_where_the_settings_say(self) -> None:
        assert between(reads("customers_customer"), nothing) == ""
        assert "auth_user does not tell" in between(reads("auth_user"), nothing)
        assert "django_session does not tell" in between(reads("django_session"), nothing)


def test_partitions_belong_to_their_table(plan_of: Any) -> None:
    execute(
        "CREATE TABLE reh_part (id integer, year integer) PARTITION BY LIST (year);"
        "CREATE TABLE reh_part_25 PARTITION OF reh_part FOR VALUES IN (2025);"
        "CREATE TABLE reh_part_26 PARTITION OF reh_part FOR VALUES IN (2026)"
    )
    plan_of("reh_part")
    changed = "Another writer changed reh_part between the two runs."
    for written in ("reh_part", "reh_part_25"):
        for read in ("reh_part", "reh_part_25"):
            assert between(reads(read), other(f"INSERT INTO {written} VALUES (1, 2025)")) == changed
    execute("CREATE TABLE reh_part_27 PARTITION OF reh_part FOR VALUES IN (2027)")
    elsewhere_committed = other("UPDATE reh_mute SET note = ''", "INSERT INTO reh_mute (note) VALUES ('a')")
    assert "reh_part does not tell" in between(reads("reh_part"), elsewhere_committed)


def test_a_change_before_the_trigger_was_there_is_not_missed(plan_of: Any) -> None:
    def change_and_install() -> None:
        execute("INSERT INTO reh_mute (note) VALUES ('a')")
        plan_of("reh_mute")

    reason = between(reads("reh_mute"), lambda: _in_a_thread(change_and_install))
    assert reason == "Another writer changed reh_mute between the two runs."


def test_a_log_that_was_trimmed_tells_nothing() -> None:
    def trim() -> None:
        with connection.cursor() as cursor, transaction.atomic():
            load("cqrs_write", "trimming", "default").delete_batch(cursor, changelog.now("default"), "", 100)

    def change_and_trim() -> None:
        CHANGE()
        trim()

    assert "The change log was trimmed between the two runs" in between(reads(), change_and_trim)
    assert between(reads(), nothing) == ""


def _in_a_thread(act: Act) -> None:
    def run() -> None:
        act()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
