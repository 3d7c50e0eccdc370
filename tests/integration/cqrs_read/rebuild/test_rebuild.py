"""A rebuild makes the next version beside the one that serves, and swaps them in one transaction."""

import json
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Event
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_read.backfill import pause
from cqrs_read.compute.chunk import Progress
from cqrs_read.declaration.read_model import read_models
from cqrs_read.exceptions import CannotRebuild
from cqrs_read.models import BackfillRun, ReadModelState
from cqrs_read.rebuild import cancel, rebuild, table
from cqrs_read.refresh import refresh
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_read.standing.state import fingerprint, state_of
from cqrs_read.standing.version import next_version
from cqrs_read.verify import verify
from cqrs_write.capture.drift import drift
from cqrs_write.trimming import trim
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"
TABLE = "orders_cqrs_ordersummary"


def execute(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(autouse=True)
def _nothing_is_left(transactional_db: None) -> Any:
    yield
    cancel(OrderSummary)


@pytest.fixture
def changed(filled: list[Order]) -> list[Order]:
    """The table was filled from another declaration, of which a wrong note is left."""
    ReadModelState.objects.update(fingerprint="of an older declaration")
    execute(f"UPDATE {TABLE} SET note = 'as it was'")
    return filled


def served() -> str:
    forget()
    return reason_not_to_serve(OrderSummary)


def constraints() -> dict[str, Any]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, TABLE)
    return {name: item["columns"] for name, item in found.items() if not name.startswith("__")}


def test_the_next_version_takes_the_place_of_the_old_one(changed: list[Order]) -> None:
    assert "was declared differently" in served()
    assert f"Run: manage.py cqrs_rebuild {NAME}" in served()
    assert rebuild(OrderSummary, chunk=2).swapped
    assert read_model_answer() == legacy_answer()
    assert served() == ""
    assert verify(OrderSummary).found == 0
    assert not table.is_there(OrderSummary)
    (state,) = ReadModelState.objects.all()
    assert (state.name, state.fingerprint) == (NAME, fingerprint(OrderSummary))
    assert set(BackfillRun.objects.values_list("read_model", flat=True)) == {NAME}


def test_the_old_one_serves_until_then(changed: list[Order]) -> None:
    def look(progress: Progress) -> None:
        assert {row["note"] for row in read_model_answer()} == {"as it was"}
        assert state_of(OrderSummary).fingerprint == "of an older declaration"

    rebuild(OrderSummary, chunk=2, on_chunk=look)


def test_what_changes_meanwhile_is_in_it(changed: list[Order]) -> None:
    def change(progress: Progress) -> None:
        Order.objects.update(status=f"s{progress.rows}")
        trim("default")

    assert rebuild(OrderSummary, chunk=2, on_chunk=change).swapped
    refresh(OrderSummary)
    assert read_model_answer() == legacy_answer()


def test_it_is_followed_from_then_on(changed: list[Order], refreshed: Any) -> None:
    rebuild(OrderSummary)
    Order.objects.update(status="after")
    refreshed()


def test_a_swap_that_fails_changes_nothing(changed: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any) -> None:
        raise ZeroDivisionError

    before = state_of(OrderSummary)
    with monkeypatch.context() as patch:
        patch.setattr("cqrs_read.rebuild.run._take_over", fail)
        with pytest.raises(ZeroDivisionError):
            rebuild(OrderSummary)
    assert {row["note"] for row in read_model_answer()} == {"as it was"}
    assert state_of(OrderSummary).fingerprint == before.fingerprint
    assert state_of(OrderSummary).table_id == before.table_id
    assert rebuild(OrderSummary).swapped
    assert read_model_answer() == legacy_answer()


@pytest.mark.postgresql  # on SQLite a writer's table is nobody else's meanwhile
def test_who_reads_during_the_swap_sees_one_version_or_the_other(filled: list[Order]) -> None:
    stop, seen = Event(), set[int]()

    def reading() -> None:
        try:
            while not stop.is_set():
                seen.add(OrderSummary.objects.count())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as elsewhere:
        reader = elsewhere.submit(reading)
        try:
            for _ in range(5):
                assert rebuild(OrderSummary, force=True).swapped
        finally:
            stop.set()
        reader.result(timeout=30)
    assert seen == {OrderSummary.objects.count()}


def test_names_are_those_that_migrations_expect(changed: list[Order]) -> None:
    before = constraints()
    rebuild(OrderSummary)
    assert constraints() == before
    assert "order_summary_newest" in before
    index = next(index for index in OrderSummary._meta.indexes if index.name == "order_summary_newest")
    with connection.schema_editor() as editor:
        editor.remove_index(OrderSummary, index)
    with connection.schema_editor() as editor:
        editor.add_index(OrderSummary, index)
    assert constraints() == before


def test_an_index_made_by_hand_stays(changed: list[Order]) -> None:
    execute(f"CREATE INDEX by_hand ON {TABLE} (note, id)")
    try:
        rebuild(OrderSummary)
        assert constraints()["by_hand"] == ["note", "id"]
    finally:
        execute("DROP INDEX by_hand")


def test_it_goes_on_where_it_was_paused(changed: list[Order]) -> None:
    def stop(progress: Progress) -> None:
        pause(BackfillRun.objects.get(kind="rebuild"))

    first = rebuild(OrderSummary, chunk=2, on_chunk=stop)
    assert (first.swapped, first.run.state, first.run.rows) == (False, "paused", 2)
    assert table.is_there(OrderSummary)
    again = rebuild(OrderSummary, chunk=2)
    assert (again.swapped, again.run.pk, again.run.rows) == (True, first.run.pk, 5)
    assert read_model_answer() == legacy_answer()


def test_what_another_declaration_has_begun_is_given_up(changed: list[Order]) -> None:
    first = rebuild(OrderSummary, chunk=2, stopped=iter([False, True]).__next__)
    ReadModelState.objects.filter(name=f"{NAME}@next").update(fingerprint="of one in between")
    again = rebuild(OrderSummary)
    assert again.run.pk != first.run.pk
    assert again.run.rows == 5
    assert read_model_answer() == legacy_answer()


def test_cancelling_leaves_nothing(changed: list[Order]) -> None:
    rebuild(OrderSummary, chunk=2, stopped=iter([False, True]).__next__)
    assert cancel(OrderSummary)
    assert not table.is_there(OrderSummary)
    assert [state.name for state in ReadModelState.objects.all()] == [NAME]
    assert not cancel(OrderSummary)


def test_the_next_version_is_known_to_nobody_else() -> None:
    assert next_version(OrderSummary) is next_version(OrderSummary)
    assert next_version(OrderSummary) not in read_models()
    assert next_version(OrderSummary)._meta.label == f"{NAME}@next"


def test_one_that_is_what_its_declaration_says_is_left_alone(filled: list[Order]) -> None:
    with pytest.raises(CannotRebuild, match="is what its declaration says"):
        rebuild(OrderSummary)
    assert rebuild(OrderSummary, force=True).swapped
    assert read_model_answer() == legacy_answer()


def test_one_that_was_never_filled_says_what_to_do(shop: list[Order]) -> None:
    with pytest.raises(CannotRebuild, match=r"Run: manage\.py cqrs_backfill"):
        rebuild(OrderSummary)


@pytest.mark.postgresql
class TestPostgreSQL:
    def test_privileges_comments_and_settings_stay(self, changed: list[Order]) -> None:
        execute("CREATE ROLE reporting")
        try:
            execute(f"GRANT SELECT ON {TABLE} TO reporting")
            execute(f"GRANT UPDATE (note) ON {TABLE} TO reporting")
            execute(f"COMMENT ON TABLE {TABLE} IS 'ask the shop team'")
            execute(f"ALTER TABLE {TABLE} SET (fillfactor = 80)")
            rebuild(OrderSummary)
            ((may_read, may_write, comment, options),) = execute(
                f"SELECT has_table_privilege('reporting', '{TABLE}', 'SELECT'), "
                f"has_column_privilege('reporting', '{TABLE}', 'note', 'UPDATE'), "
                f"obj_description('{TABLE}'::regclass), reloptions FROM pg_class WHERE oid = '{TABLE}'::regclass"
            )
            assert (may_read, may_write, comment, options) == (
                True,
                True,
                "ask the shop team",
                ["fillfactor=80"],
            )
        finally:
            execute("DROP OWNED BY reporting")
            execute("DROP ROLE reporting")
            execute(f"COMMENT ON TABLE {TABLE} IS NULL")

    def test_triggers_stay(self, changed: list[Order]) -> None:
        execute("CREATE FUNCTION audited() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$")
        try:
            execute(f"CREATE TRIGGER audited AFTER INSERT ON {TABLE} EXECUTE FUNCTION audited()")
            execute(f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER audited")
            rebuild(OrderSummary)
            assert execute(
                f"SELECT tgname, tgenabled FROM pg_trigger WHERE tgrelid = '{TABLE}'::regclass "
                "AND tgname NOT LIKE 'cqrs%%'"
            ) == [("audited", "A")]
        finally:
            execute("DROP FUNCTION audited CASCADE")

    def test_a_view_over_it_is_named(self, changed: list[Order]) -> None:
        execute(f"CREATE VIEW report AS SELECT id FROM {TABLE}")
        try:
            with pytest.raises(CannotRebuild, match=r"view report depends on"):
                rebuild(OrderSummary)
        finally:
            execute("DROP VIEW report")
        assert {row["note"] for row in read_model_answer()} == {"as it was"}
        assert rebuild(OrderSummary).swapped

    def test_row_level_security_is_refused(self, changed: list[Order]) -> None:
        execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
        try:
            with pytest.raises(CannotRebuild, match="has row level security"):
                rebuild(OrderSummary)
        finally:
            execute(f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY")


class TestCommand:
    def call(self, *arguments: str) -> str:
        out = StringIO()
        call_command("cqrs_rebuild", *arguments, stdout=out, stderr=StringIO())
        return out.getvalue()

    def test_without_a_name_it_rebuilds_what_has_changed(self, changed: list[Order]) -> None:
        assert f"{NAME}: 5 rows in " in self.call()
        assert read_model_answer() == legacy_answer()
        assert self.call() == "Every read model is what its declaration says.\n"

    def test_dry_run_changes_nothing(self, changed: list[Order]) -> None:
        execute("ANALYZE orders_order")
        assert f"Would build {NAME} anew, about 5 rows" in self.call("--dry-run")
        assert not table.is_there(OrderSummary)

    def test_json(self, changed: list[Order]) -> None:
        (document,) = json.loads(self.call(NAME, "--json"))
        assert (document["read_model"], document["rows"], document["swapped"]) == (NAME, 5, True)

    def test_it_is_paused_and_resumed_by_its_name(self, changed: list[Order]) -> None:
        rebuild(OrderSummary, chunk=2, stopped=iter([False, True]).__next__)
        out = StringIO()
        for act in ("--pause", "--status", "--resume"):
            call_command("cqrs_backfill", f"{NAME}@next", act, stdout=out)
        assert f"The rebuild of {NAME}@next is paused" in out.getvalue()
        assert (
            f"paused at key {changed[1].pk} after 2 rows; manage.py cqrs_rebuild {NAME} goes on"
            in out.getvalue()
        )
        assert f"{NAME}: 5 rows in " in self.call()

    def test_cancel(self, changed: list[Order]) -> None:
        rebuild(OrderSummary, chunk=2, stopped=iter([False, True]).__next__)
        assert "Would give up" in self.call(NAME, "--cancel", "--dry-run")
        assert "is given up" in self.call(NAME, "--cancel")
        assert "no version is being built" in self.call(NAME, "--cancel")

    def test_nothing_to_do_is_one_line(self, filled: list[Order]) -> None:
        with pytest.raises(CommandError, match="To rebuild it nevertheless: --force") as error:
            self.call(NAME)
        assert error.value.returncode == 2


def test_triggers_are_as_planned_afterwards(changed: list[Order]) -> None:
    rebuild(OrderSummary)
    assert drift("default") == []
