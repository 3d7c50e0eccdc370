"""What has to be captured, whatever state the declarations are in."""

from typing import Any

import pytest

from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.exceptions import ProjectionError
from cqrs_read.standing import watches
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary


def refused(read_model: type[ReadModel]) -> Any:
    if read_model is OrderSummary:
        raise ProjectionError("orders_cqrs.OrderSummary", "total", "is wrong.", "Mend it.")
    return original(read_model)


original = watches.dependencies


def streams() -> set[str]:
    return {watch.stream for watch in watches.watches("default")}


@pytest.mark.django_db
def test_a_refused_declaration_does_not_keep_others_from_being_captured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "orders_payment.order_id" in streams()
    monkeypatch.setattr(watches, "dependencies", refused)
    assert "customers_customer.id" in streams()
    assert "orders_payment.order_id" not in streams()


@pytest.mark.django_db(transaction=True)
def test_what_it_was_filled_with_is_still_captured(
    filled: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(read_model: type[ReadModel]) -> str:
        return "" if read_model is OrderSummary else fingerprint(read_model)

    fingerprint = watches._fingerprint
    monkeypatch.setattr(watches, "dependencies", refused)
    monkeypatch.setattr(watches, "_fingerprint", unknown)
    assert "orders_payment.order_id" in streams()
