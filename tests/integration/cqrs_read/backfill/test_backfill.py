"""Backfill computes every row while the system runs, and goes on from where it was stopped."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from cqrs_read import backfill as backfills
from cqrs_read.backfill import backfill
from cqrs_read.compute.chunk import Progress
from cqrs_read.exceptions import NotCaptured
from cqrs_read.models import BackfillRun, ReadModelState
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_read.standing.state import state_of
from cqrs_write.capture.install import install, remove
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)


class Interrupted(Exception):
    """As if the process had been stopped."""


def test_it_fills_an_empty_table(shop: list[Order]) -> None:
    run = backfill(OrderSummary)
    assert (run.state, run.rows) == (BackfillRun.State.DONE, 5)
    assert read_model_answer() == legacy_answer()


def test_progress_is_told_chunk_by_chunk(shop: list[Order]) -> None:
    seen: list[Progress] = []
    backfill(OrderSummary, on_chunk=seen.append, chunk=2)
    assert [progress.rows for progress in seen] == [2, 4, 5]


def test_an_interrupted_run_goes_on(shop: list[Order]) -> None:
    def interrupt(progress: Progress) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        backfill(OrderSummary, on_chunk=interrupt, chunk=2)
    assert len(read_model_answer()) == 2
    assert "is being filled" in reason_not_to_serve(OrderSummary)
    run = backfills.running(OrderSummary)
    assert run is not None
    assert backfill(OrderSummary, chunk=2).pk == run.pk
    assert read_model_answer() == legacy_answer()
    forget()
    assert reason_not_to_serve(OrderSummary) == ""


def test_changes_behind_the_cursor_are_seen_by_refresh(shop: list[Order], refreshed: Any) -> None:
    def change(progress: Progress) -> None:
        Order.objects.update(note=f"after {progress.rows}")

    backfill(OrderSummary, on_chunk=change, chunk=2)
    refreshed()


def test_rows_that_nothing_yields_any_more_go(filled: list[Order]) -> None:
    remove("default")
    Order.objects.filter(pk__in=[filled[0].pk, filled[3].pk]).delete()
    install("default")
    backfill(OrderSummary)
    assert read_model_answer() == legacy_answer()


def test_a_source_without_rows(transactional_db: None) -> None:
    assert backfill(OrderSummary).rows == 0
    assert reason_not_to_serve(OrderSummary) == ""


def test_it_is_refused_where_writes_would_go_unseen(shop: list[Order]) -> None:
    remove("default")
    try:
        with pytest.raises(NotCaptured, match=r"orders_order: triggers missing.+cqrs_capture install"):
            backfill(OrderSummary)
    finally:
        install("default")


def test_another_declaration_must_be_filled_anew(filled: list[Order]) -> None:
    ReadModelState.objects.update(fingerprint="of an older declaration")
    assert "declared differently" in reason_not_to_serve(OrderSummary)
    backfill(OrderSummary)
    forget()
    assert reason_not_to_serve(OrderSummary) == ""


def test_an_interrupted_run_of_another_declaration_begins_anew(shop: list[Order]) -> None:
    def interrupt(progress: Progress) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        backfill(OrderSummary, on_chunk=interrupt, chunk=2)
    ReadModelState.objects.update(fingerprint="of an older declaration")
    assert backfill(OrderSummary).rows == 5
    assert BackfillRun.objects.count() == 1
    forget()
    assert reason_not_to_serve(OrderSummary) == ""


def test_filling_again_keeps_the_position_and_goes_on_serving(filled: list[Order]) -> None:
    before = state_of(OrderSummary)
    Order.objects.update(note="not refreshed yet")
    backfill(OrderSummary, on_chunk=lambda progress: _assert_as_it_was(before), chunk=2)


def _assert_as_it_was(before: ReadModelState) -> None:
    assert state_of(OrderSummary).position == before.position
    forget()
    assert reason_not_to_serve(OrderSummary) == ""


class TestCommand:
    def call(self, *arguments: str) -> str:
        out = StringIO()
        call_command("cqrs_backfill", *arguments, stdout=out, stderr=StringIO())
        return out.getvalue()

    def test_it_says_what_it_did(self, shop: list[Order]) -> None:
        assert self.call("orders_cqrs.OrderSummary").startswith("orders_cqrs.OrderSummary: 5 rows in ")

    def test_dry_run_changes_nothing(self, shop: list[Order]) -> None:
        assert "begin with the first key" in self.call("orders_cqrs.OrderSummary", "--dry-run")
        assert not state_of(OrderSummary).position

    def test_json(self, shop: list[Order]) -> None:
        assert '"rows": 5' in self.call("orders_cqrs.OrderSummary", "--json")

    def test_an_unknown_name_lists_what_exists(self) -> None:
        with pytest.raises(
            CommandError, match=r"Unknown read model 'Nope'.+orders_cqrs\.OrderSummary"
        ) as error:
            self.call("Nope")
        assert error.value.returncode == 2
