"""What a project's own tests use, inside a transaction that is rolled back."""

import pytest
from django.test import TestCase, override_settings

from cqrs_read.standing.serving import reason_not_to_serve
from cqrs_read.testing import refresh_now
from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer


class RefreshNow(TestCase):
    def setUp(self) -> None:
        self.order = Order.objects.create(customer=Customer.objects.create(name="Ada", email="a@example.com"))

    def test_rows_are_true_at_once(self) -> None:
        refresh_now()
        assert read_model_answer() == legacy_answer()
        Order.objects.update(note="changed")
        refresh_now(OrderSummary)
        assert OrderSummary.objects.get().note == "changed"

    def test_rows_that_nothing_yields_any_more_are_gone(self) -> None:
        refresh_now()
        self.order.delete()
        refresh_now()
        assert not OrderSummary.objects.exists()

    def test_they_may_be_served_within_the_test(self) -> None:
        assert "has not been backfilled" in reason_not_to_serve(OrderSummary)
        refresh_now()
        assert reason_not_to_serve(OrderSummary) == ""


@pytest.mark.django_db
@override_settings(CQRS_WRITE={"CAPTURE": False})
def test_it_needs_no_capture() -> None:
    Order.objects.create(customer=Customer.objects.create(name="Ada", email="a@example.com"))
    refresh_now()
    assert read_model_answer() == legacy_answer()
