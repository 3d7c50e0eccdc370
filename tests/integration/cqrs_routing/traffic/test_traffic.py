"""Traffic in the database: what processes count adds up, is summed by side, and is kept small."""

import time

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cqrs_routing.models import TrafficCount
from cqrs_routing.testing import endpoint_in_mode
from cqrs_routing.traffic import flush as flushing
from cqrs_routing.traffic.counts import Cell, counts
from cqrs_routing.traffic.flush import add, flush
from cqrs_routing.traffic.rollup import HOUR, roll_up
from cqrs_routing.traffic.totals import totals

NAME = "GET routed:ok"

pytestmark = pytest.mark.usefixtures("project")


def cell(slot=0, side="legacy", metric="status", bucket=200, stint=0):
    return Cell(NAME, slot, stint, side, metric, bucket)


@pytest.fixture(autouse=True)
def _nothing_counted(monkeypatch):
    counts.take()
    monkeypatch.setattr(flushing, "_last", float("-inf"))
    yield
    counts.take()


@pytest.mark.django_db
class TestTotals:
    def test_what_several_processes_add_is_one_sum(self):
        for _ in range(3):
            add({cell(bucket=200): 2, cell(bucket=503): 1, cell(metric="latency", bucket=80): 3}, "default")
        add({cell(side="cqrs"): 5, cell(side="cqrs", metric="fallback", bucket=0): 1}, "default")
        sides = totals(NAME)
        assert (sides["legacy"].requests, sides["legacy"].errors) == (9, 3)
        assert sides["legacy"].error_rate == pytest.approx(1 / 3)
        assert sides["legacy"].latencies == {80: 9}
        assert (sides["cqrs"].requests, sides["cqrs"].other("fallback")) == (5, 1)
        assert sides["shadow"].requests == 0
        assert sides["shadow"].milliseconds(0.95) is None

    def test_a_window_begins_with_the_slot_that_it_falls_into(self):
        add({cell(slot=100): 1, cell(slot=105): 2, cell(slot=110): 4}, "default")
        assert totals(NAME, since=108)["legacy"].requests == 6

    def test_a_stint_has_its_own(self):
        add({cell(stint=1): 1, cell(stint=2): 2}, "default")
        assert totals(NAME, stint=2)["legacy"].requests == 2

    def test_many_cells_are_added_in_statements_that_a_database_takes(self):
        add({cell(slot=5 * number): 1 for number in range(4500)}, "default")
        assert totals(NAME)["legacy"].requests == 4500


@pytest.mark.django_db
class TestRollUp:
    NOW = 1_000 * HOUR

    def test_old_slots_become_hours_and_nothing_is_lost(self):
        hour = 900 * HOUR
        add({cell(slot=hour + 5 * number): 1 for number in range(10)}, "default")
        recent = self.NOW - 60
        add({cell(slot=recent): 7}, "default")
        roll_up(self.NOW)
        roll_up(self.NOW)
        kept = dict(TrafficCount.objects.values_list("slot", "count"))
        assert kept == {hour: 10, recent: 7}

    def test_late_ones_join_their_hour(self):
        hour = 900 * HOUR
        add({cell(slot=hour + 5): 1}, "default")
        roll_up(self.NOW)
        add({cell(slot=hour + 10): 2}, "default")
        roll_up(self.NOW)
        assert dict(TrafficCount.objects.values_list("slot", "count")) == {hour: 3}

    def test_what_is_older_than_the_setting_goes(self, settings):
        settings.CQRS_ROUTING = {"TRAFFIC_DAYS": 2}
        add({cell(slot=self.NOW - 100 * HOUR): 1, cell(slot=self.NOW - 10 * HOUR): 2}, "default")
        roll_up(self.NOW)
        assert totals(NAME)["legacy"].requests == 2


@pytest.mark.django_db(transaction=True)
class TestRequests:
    def test_both_sides_are_counted(self):
        client = Client()
        client.get("/routed/ok/")
        with endpoint_in_mode(NAME, "cqrs"):
            client.get("/routed/ok/")
        flush()
        sides = totals(NAME)
        assert (sides["legacy"].statuses, sides["cqrs"].statuses) == ({200: 1}, {200: 1})
        assert sides["cqrs"].milliseconds(0.5) > 0

    def test_what_is_not_routed_is_not_counted(self, project):
        project.replace(())
        Client().get("/routed/ok/")
        assert not counts.waiting

    def test_no_query_is_in_the_request_nor_in_what_a_test_counts(self):
        client = Client()
        client.get("/routed/ok/")
        flush()
        with CaptureQueriesContext(connection) as queries:
            for _ in range(3):
                client.get("/routed/ok/")
        assert not [query for query in queries if "cqrs_traffic" in query["sql"]]
        flush()
        assert totals(NAME)["legacy"].requests == 4

    def test_requests_flush_once_a_second_at_most(self, monkeypatch):
        flushed = []
        monkeypatch.setattr(flushing, "add", lambda cells, using: flushed.append(sum(cells.values())))
        client = Client()
        for _ in range(4):
            client.get("/routed/ok/")
        assert len(flushed) == 1
        monkeypatch.setattr(flushing, "_last", time.monotonic() - 1.5)
        client.get("/routed/ok/")
        assert sum(flushed) == 10

    def test_nothing_is_stored_within_a_transaction_of_somebody_else(self):
        counts.add(NAME, 0, "legacy", "fallback")
        with transaction.atomic():
            flush()
        assert counts

    def test_a_table_that_cannot_be_written_costs_no_request_and_no_count(self, caplog):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE cqrs_traffic RENAME TO cqrs_traffic_hidden")
        try:
            for _ in range(3):
                assert Client().get("/routed/ok/").status_code == 200
                flush()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE cqrs_traffic_hidden RENAME TO cqrs_traffic")
        assert len([record for record in caplog.records if "cannot be stored yet" in record.message]) == 1
        flush()
        assert totals(NAME)["legacy"].requests == 3
