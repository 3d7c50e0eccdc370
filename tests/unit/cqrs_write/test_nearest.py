"""Who names what does not exist is told what may have been meant."""

import pytest

from cqrs_write.exceptions import UnknownName
from cqrs_write.nearest import nearest

NAMES = ["orders_cqrs.OrderSummary", "customers_cqrs.CustomerCard", "GET orders:order-list", "GET x:y"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OrderSummary", ["orders_cqrs.OrderSummary"]),
        ("orders_cqrs.ordersummary", ["orders_cqrs.OrderSummary"]),
        ("orders.OrderSummary", ["orders_cqrs.OrderSummary"]),
        ("orders_cqrs.OrderSumary", ["orders_cqrs.OrderSummary"]),
        ("get orders:order-list", ["GET orders:order-list"]),
        ("order-list", ["GET orders:order-list"]),
        ("Nope", []),
    ],
)
def test_nearest(name: str, expected: list[str]) -> None:
    assert nearest(name, NAMES) == expected


def test_the_remedy_is_told_only_where_nothing_is_near() -> None:
    near = UnknownName("read model", "OrderSummary", NAMES, remedy="Import it.")
    assert str(near) == "Unknown read model 'OrderSummary'. Did you mean orders_cqrs.OrderSummary?"
    far = UnknownName("read model", "Nope", ["b", "a"], remedy="Import it.")
    assert str(far) == "Unknown read model 'Nope'. There are: a, b. Import it."
    none = UnknownName("read model", "Nope", [], remedy="Import it.")
    assert str(none) == "Unknown read model 'Nope'. There is no read model at all. Import it."
