"""Old and new code at the same time: the old version is refreshed and served by the old code until the swap."""

import json
from typing import Any

import pytest

from cqrs_read.refresh import refresh
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_write.capture.install import install
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"
NEWER = {"DJANGO_SETTINGS_MODULE": "tests.integration.cqrs_read.rebuild.newer.settings"}


@pytest.fixture
def newer(spawn: Any) -> Any:
    """Run a command with the code of the later deployment; returns the process, which has ended."""

    def run(*arguments: str, code: int = 0) -> Any:
        process = spawn("manage.py", *arguments, environment=NEWER)
        assert process.wait(60) == code, process.output
        return process

    yield run
    install("default")


def served() -> bool:
    forget()
    return not reason_not_to_serve(OrderSummary)


def test_it_is_rolled_out_without_a_wrong_row(filled: list[Order], newer: Any) -> None:
    newer("migrate", "-v0")

    # The triggers go on telling what only the old code wants to know: an order's status.
    Order.objects.update(status="packed")
    assert "was declared differently" in newer("cqrs_refresh", NAME).output
    assert served()
    refresh(OrderSummary)
    assert read_model_answer() == legacy_answer()

    (report,) = json.loads(newer("cqrs_rebuild", "--json").output)
    assert (report["rows"], report["swapped"]) == (5, True)

    # What is left of the old code neither serves the new version nor spoils it.
    assert not served()
    Customer.objects.update(name="renamed")
    assert refresh(OrderSummary).keys == 0
    newer("cqrs_refresh", NAME)
    newer("cqrs_verify", NAME)
    row = OrderSummary.objects.first()
    assert row is not None
    assert (row.customer_name, row.status, row.note) == ("renamed", "open", " to nowhere")


def test_once_all_are_new_the_old_watches_go(filled: list[Order], newer: Any) -> None:
    newer("migrate", "-v0")
    newer("cqrs_rebuild")
    assert "orders_order: triggers stale" in newer("cqrs_capture", "check", code=1).output
    newer("cqrs_capture", "install")
    newer("cqrs_capture", "check")
