"""Events of the tests."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cqrs_write.outbox import Event


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    aggregate_type = "order"
    aggregate_id: int
    total: Decimal = Decimal("0.00")
    due: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class CustomerMoved(Event):
    """Its id has another name in the payload, and it has changed once."""

    version = 2
    aggregate_type = "customer"
    customer_id: int
    city: str

    @property
    def aggregate_id(self) -> int:
        return self.customer_id
