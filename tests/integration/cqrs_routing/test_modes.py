"""Modes in the database: how they are changed, and who sees it when."""

import threading
import time
import unittest

import pytest
from django.contrib.auth.models import Group
from django.db import connection, connections, transaction
from django.test import Client, TestCase

from cqrs_routing.exceptions import TransitionRefused
from cqrs_routing.models import EndpointMode, ModeChange
from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.switching.switch import set_mode
from cqrs_routing.testing import endpoint_in_mode
from cqrs_routing.traffic.flush import flush
from cqrs_write.exceptions import UnknownName

NAME = "GET routed:ok"

pytestmark = pytest.mark.usefixtures("project")


def side(client=None):
    """Who answers the endpoint now."""
    answer = (client or Client()).get("/routed/ok/").json()
    return answer.get("side", "cqrs")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["cqrs_routing_endpointmode", "cqrs_read_model_state", "cqrs_traffic"])
def test_a_migration_that_holds_a_table_holds_no_request(table):
    """As ALTER TABLE does, and whoever waits for it behind a backup."""
    set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
    assert side() == "cqrs"
    migrating = connection.copy("migrating")
    migrating.connect()
    try:
        migrating.set_autocommit(False)
        with migrating.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        modes.expire()
        assert side() == "cqrs"
        flush()
    finally:
        migrating.rollback()
        migrating.close()


@pytest.mark.django_db
class TestSwitch:
    def test_it_writes_the_row_and_the_history(self):
        switched = set_mode(NAME, "cqrs", by="ann", reason="measured", force=True)

        assert (switched.old, switched.new, switched.changed) == (Mode.LEGACY, Mode.CQRS, True)
        row = EndpointMode.objects.get(pk=NAME)
        assert (row.mode, row.changed_by, row.reason) == ("cqrs", "ann", "measured")
        change = ModeChange.objects.get()
        assert (change.endpoint, change.old, change.new) == (NAME, "legacy", "cqrs")
        assert (change.by, change.reason, change.at) == ("ann", "measured", row.changed_at)

    def test_the_mode_it_is_in_already_is_no_change(self):
        assert not set_mode(NAME, "legacy", by="ann").changed
        assert not ModeChange.objects.exists()

    def test_back_to_legacy_is_always_possible(self):
        set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
        set_mode(NAME, "legacy", by="bob", reason="slow")
        assert [change.by for change in ModeChange.objects.all()] == ["bob", "ann"]

    def test_a_rehearsed_change_leaves_no_trace(self):
        assert set_mode(NAME, "cqrs", by="ann", dry_run=True, reason="a trial", force=True).changed
        assert not EndpointMode.objects.exists()
        assert not ModeChange.objects.exists()

    @pytest.mark.parametrize("dry_run", [False, True])
    def test_an_unknown_endpoint_is_refused(self, dry_run):
        with pytest.raises(UnknownName, match=r"'GET nowhere'\. There are: .*GET routed:ok"):
            set_mode("GET nowhere", "cqrs", by="ann", dry_run=dry_run, reason="a trial", force=True)

    def test_an_unknown_mode_is_refused(self):
        with pytest.raises(
            UnknownName, match=r"Unknown mode 'fast'\. There are: canary, cqrs, legacy, shadow\."
        ):
            set_mode(NAME, "fast", by="ann", reason="a trial", force=True)

    def test_steps_are_not_skipped(self):
        with pytest.raises(TransitionRefused) as refusal:
            set_mode(NAME, "cqrs", by="ann")
        assert str(refusal.value) == f"{NAME} cannot go from legacy to cqrs. From there it can go to: shadow."

    def test_steps_are_skipped_by_force_and_with_a_reason(self):
        with pytest.raises(TransitionRefused, match="gives a reason"):
            set_mode(NAME, "cqrs", by="ann", force=True)
        set_mode(NAME, "cqrs", by="ann", force=True, reason="a trial")
        assert ModeChange.objects.get().forced

    def test_the_change_is_effective_at_once(self):
        assert side() == "legacy"
        set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
        assert side() == "cqrs"
        set_mode(NAME, "legacy", by="ann")
        assert side() == "legacy"

    def test_a_change_that_is_rolled_back_is_none(self):
        with transaction.atomic():
            set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
            assert side() == "cqrs"
            transaction.set_rollback(True)
        assert side() == "legacy"

    def test_a_mode_of_a_newer_version_is_legacy(self):
        EndpointMode.objects.create(pk=NAME, mode="hovering")
        modes.expire()
        assert side() == "legacy"


@pytest.mark.django_db(transaction=True)
class TestOtherProcesses:
    def test_another_process_changes_the_mode(self, spawn):
        client = Client()
        assert side(client) == "legacy"
        code = "; ".join(
            [
                "import django",
                "django.setup()",
                "from cqrs_routing.models import EndpointMode",
                f"EndpointMode.objects.create(pk={NAME!r}, mode='cqrs')",
                "print('committed', flush=True)",
            ]
        )
        process = spawn("-c", code, environment={"DJANGO_SETTINGS_MODULE": "legacy_app.settings_cqrs"})
        process.wait_for("committed")
        assert becomes("cqrs", client, within=1)

    def test_another_thread_follows(self):
        seen = []

        def serve():
            client = Client()
            seen.append(side(client))
            changed.wait(10)
            seen.append(side(client))
            connections.close_all()

        changed = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        while not seen:
            time.sleep(0.01)
        set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
        changed.set()
        thread.join(10)
        assert seen == ["legacy", "cqrs"]


def becomes(expected, client, *, within):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if side(client) == expected:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.django_db
class TestReading:
    def test_it_is_one_query_that_no_one_counts(self, django_assert_num_queries):
        modes.expire()
        with django_assert_num_queries(0):
            assert side() == "legacy"

    def test_an_unrouted_request_reads_nothing(self):
        modes.expire()
        Client().get("/unrouted/")
        assert modes.is_due()

    def test_a_missing_table_leaves_the_transaction_around_it_whole(self):
        set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
        assert side() == "cqrs"
        with without_table():
            modes.expire()
            assert side() == "cqrs"
            assert Group.objects.create(name="still possible").pk

    def test_a_broken_transaction_is_no_reason_to_fail(self):
        with transaction.atomic():
            transaction.set_rollback(True)
            modes.expire()
            assert Client().get("/routed/exempt/").json() == {"side": "legacy", "method": "GET"}


@pytest.mark.django_db(transaction=True)
def test_a_missing_table_is_no_reason_to_fail(caplog):
    with without_table():
        for _ in range(3):
            modes.expire()
            assert side() == "legacy"
        assert Group.objects.create(name="still possible").pk
    logged = [record for record in caplog.records if record.name == "cqrs_routing.modes"]
    assert len(logged) == 1


def test_a_database_that_is_not_to_be_used_is_no_reason_to_fail():
    modes.expire()
    assert side() == "legacy"


class without_table:
    """Hides the modes' table for a block."""

    names = ("cqrs_routing_endpointmode", "cqrs_routing_hidden")

    def __enter__(self):
        self.rename(*self.names)

    def __exit__(self, *exception):
        self.rename(*reversed(self.names))

    def rename(self, old, new):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")


@pytest.mark.django_db
class TestPins:
    def test_an_endpoint_is_in_a_mode_for_a_block(self):
        with endpoint_in_mode(NAME, "cqrs"):
            assert side() == "cqrs"
            with endpoint_in_mode(NAME, "legacy"):
                assert side() == "legacy"
            assert side() == "cqrs"
        assert side() == "legacy"

    @endpoint_in_mode(NAME, "cqrs")
    def test_an_endpoint_is_in_a_mode_for_a_test(self):
        assert side() == "cqrs"
        assert not EndpointMode.objects.exists()

    def test_an_endpoint_is_in_a_mode_for_a_test_case(self):
        @endpoint_in_mode(NAME, "cqrs")
        class OrderListTests(TestCase):
            def test_side(self):
                assert side() == "cqrs"

        result = unittest.TestResult()
        OrderListTests("test_side").run(result)
        assert (result.testsRun, result.failures, result.errors) == (1, [], [])
        assert side() == "legacy"

    def test_unknown_names_are_told(self):
        with pytest.raises(UnknownName), endpoint_in_mode("GET nowhere", "cqrs"):
            pass
        with pytest.raises(UnknownName), endpoint_in_mode(NAME, "fast"):
            pass
