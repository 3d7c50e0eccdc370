"""Verify finds what differs, and nothing else, while the system runs."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from cqrs_read.verify import Difference, verify
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
        assert f"key {planted[-1].key}: surplus" in out.getvalue()

    def test_repair(self, planted: list[Difference]) -> None:
        self.call("--repair")
        assert read_model_answer() == legacy_answer()
        assert verify(OrderSummary).differences == ()

    def test_an_empty_read_model_says_what_to_do(self, shop: list[Order]) -> None:
        with pytest.raises(CommandError, match=r"is empty\. Run: manage\.py cqrs_backfill") as error:
            self.call()
        assert error.value.returncode == 2
