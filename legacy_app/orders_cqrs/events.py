"""What happens to orders that others must hear of."""

from dataclasses import dataclass
from decimal import Decimal

from cqrs_write.outbox import Event


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    aggregate_type = "order"
    aggregate_id: int
    number: str
    customer_id: int
    total: Decimal
