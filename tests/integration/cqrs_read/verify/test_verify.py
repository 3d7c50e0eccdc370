"""Verify finds what differs, and nothing else, while the system runs."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_read.exceptions import NotBackfilled
from cqrs_read.models import ReadModelState
from cqrs_read.verify import Difference, verify
from cqrs_write.changelog import log_everything
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"


def execute(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def planted(filled: list[Order]) -> list[Difference]:
    """One row wrong in two columns, one gone, and one too many: at the end, where no source row is."""
    first, second, *_ = filled
    beyond = filled[-1].pk + 100
    execute("UPDATE orders_cqrs_ordersummary SET total = 1, note = 'wrong' WHERE id = %s", first.pk)
    execute("DELETE FROM orders_cqrs_ordersummary WHERE id = %s", second.pk)
    execute("UPDATE orders_cqrs_ordersummary SET id = %s WHERE id = %s", beyond, filled[2].pk)
    return [
        Difference(key=str(first.pk), kind="different", columns=("note", "total")),
        Difference(key=str(second.pk), kind="missing"),
        Difference(key=str(filled[2].pk), kind="missing"),
        Difference(key=str(beyond), kind="surplus"),
    ]


def by_key(differences: Any) -> list[Difference]:
    return sorted(differences, key=lambda item: int(item.key))


def test_a_true_read_model_has_no_difference(filled: list[Order]) -> None:
    assert verify(OrderSummary).differences == ()
    assert verify(OrderSummary).rows == 5


def test_every_kind_of_difference_is_found(planted: list[Difference]) -> None:
    assert by_key(verify(OrderSummary).differences) == planted


def test_what_is_not_consumed_yet_is_no_difference(filled: list[Order]) -> None:
    Order.objects.update(note="not refreshed yet")
    assert verify(OrderSummary).differences == ()


def test_a_json_column_is_compared_by_content(filled: list[Order]) -> None:
    execute("UPDATE orders_cqrs_ordersummary SET lines = '[]' WHERE id = %s", filled[1].pk)
    (difference,) = verify(OrderSummary).differences
    assert difference.columns == ("lines",)


def test_chunks_find_the_same(planted: list[Difference]) -> None:
    assert by_key(verify(OrderSummary, chunk=2).differences) == planted


def test_what_waits_for_a_refresh_is_counted(planted: list[Difference], filled: list[Order]) -> None:
    Order.objects.filter(pk=filled[0].pk).update(status="paid")
    verified = verify(OrderSummary)
    assert (verified.found, verified.pending) == (3, 1)


def test_after_everything_may_have_changed_nothing_is_a_difference(planted: list[Difference]) -> None:
    log_everything("default", ["orders_order.id"])
    verified = verify(OrderSummary)
    assert (verified.found, verified.pending) == (0, 4)


def test_each_column_shows_what_is_wanted_and_what_is_there(planted: list[Difference]) -> None:
    (difference,) = [item for item in verify(OrderSummary).differences if item.kind == "different"]
    note, total = difference.values
    assert note == ("", "wrong")
    assert [float(value) for value in total] == [9.99, 1.0]


def test_mending_compares_again(planted: list[Difference]) -> None:
    verified = verify(OrderSummary, mend=True, chunk=2)
    assert (verified.found, verified.remaining) == (4, 0)
    assert (verified.repaired.written, verified.repaired.deleted) == (3, 1)
    assert read_model_answer() == legacy_answer()


def test_a_position_of_another_database_is_refused(filled: list[Order]) -> None:
    ReadModelState.objects.update(origin="another")
    with pytest.raises(NotBackfilled, match="has a position of another database"):
        verify(OrderSummary)


class TestCommand:
    def call(self, *arguments: str) -> str:
        out = StringIO()
        call_command("cqrs_verify", NAME, *arguments, stdout=out, stderr=StringIO())
        return out.getvalue()

    def test_no_difference(self, filled: list[Order]) -> None:
        assert self.call() == f"{NAME}: 5 rows compared, 0 differences\n"

    def test_differences_are_shown_and_are_exit_code_1(self, planted: list[Difference]) -> None:
        out = StringIO()
        with pytest.raises(SystemExit, match="1"):
            call_command("cqrs_verify", NAME, stdout=out, stderr=StringIO())
        assert f"key {planted[0].key}: different note, total" in out.getvalue()
        assert "note: '' is wanted, 'wrong' is there" in out.getvalue()
        assert f"key {planted[-1].key}: surplus" in out.getvalue()

    def test_repair(self, planted: list[Difference]) -> None:
        self.call("--repair")
        assert read_model_answer() == legacy_answer()
        assert verify(OrderSummary).differences == ()

    def test_an_empty_read_model_says_what_to_do(self, shop: list[Order]) -> None:
        with pytest.raises(CommandError, match=r"is empty\. Run: manage\.py cqrs_backfill") as error:
            self.call()
        assert error.value.returncode == 2
