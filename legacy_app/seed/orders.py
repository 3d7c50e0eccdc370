"""Orders with their lines, payments, refunds, stock movements and the notes that placing them left."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from legacy_app.customers.models import Note
from legacy_app.orders.models import Order, OrderLine, Payment, Refund, StockMovement
from legacy_app.seed.catalog import Item
from legacy_app.seed.history import Timeline
from legacy_app.seed.payments import PaidOrder, payments_of
from legacy_app.seed.plan import Plan
from legacy_app.seed.progress import Advance
from legacy_app.seed.words import ORDER_NOTES
from legacy_app.seed.writer import Row, Table

BATCH = 5_000
CENT = Decimal("0.01")
LINE_COUNTS = [1, 2, 2, 3, 3, 3, 4, 4, 5]
QUANTITIES = [1, 1, 1, 1, 2, 2, 3, 4]
STATUSES = ["shipped"] * 86 + ["paid"] * 4 + ["cancelled"] * 6 + ["refunded"] * 4
RECENT_STATUSES = ["new", "new", "paid"]


@dataclass
class Batch:
    orders: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    movements: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)

    def write(self) -> None:
        names = "id number customer_id status placed_at note shipping_address_id cancelled updated_at"
        Table(Order, names).write(self.orders)
        Table(OrderLine, "order_id product_id quantity unit_price discount").write(self.lines)
        Table(Payment, "id order_id amount method status created_at").write(self.payments)
        Table(Refund, "payment_id amount reason created_at").write(self.refunds)
        Table(StockMovement, "product_id delta reason created_at order_id").write(self.movements)
        Table(Note, "customer_id author_id text created_at").write(self.notes)


def write_orders(plan: Plan, items: list[Item], timeline: Timeline, advance: Advance) -> None:
    generator = OrderGenerator(plan, items)
    for first in range(0, plan.orders, BATCH):
        events = timeline.between(first, first + BATCH)
        for order_id, (customer_id, moment) in enumerate(events, start=first + 1):
            generator.add_order(order_id, customer_id, plan.at(moment))
        advance(len(generator.batch.orders))
        generator.batch.write()
        generator.batch = Batch()


class OrderGenerator:
    def __init__(self, plan: Plan, items: list[Item]) -> None:
        self.plan = plan
        self.items = items
        self.random = plan.random("orders")
        self.batch = Batch()
        self.prices_rose = plan.at(0.5)

    def add_order(self, order_id: int, customer_id: int, placed_at: datetime) -> None:
        random = self.random
        status = self.draw_status(placed_at)
        updated_at = placed_at if status == "new" else self.plan.later(placed_at, hours=random.uniform(2, 90))
        note = random.choice(ORDER_NOTES) if random.random() < 0.1 else ""
        number = f"{placed_at.year}-{order_id:07d}"
        cancelled = status == "cancelled"
        # A customer's default address has the customer's id.
        self.batch.orders.append(
            [order_id, number, customer_id, status, placed_at, note, customer_id, cancelled, updated_at]
        )
        self.batch.notes.append([customer_id, None, "Order placed", placed_at])
        total = self.add_lines(order_id, placed_at, updated_at if cancelled else None)
        order = PaidOrder(id=order_id, status=status, total=total, placed_at=placed_at, closed_at=updated_at)
        payments_of(order, random, self.batch.payments, self.batch.refunds)

    def draw_status(self, placed_at: datetime) -> str:
        recent = (self.plan.until - placed_at).days < 2
        return self.random.choice(RECENT_STATUSES if recent else STATUSES)

    def add_lines(self, order_id: int, placed_at: datetime, returned_at: datetime | None) -> Decimal:
        """Add the lines and what they moved in stock; return their total."""
        total = Decimal(0)
        for item in self.draw_items():
            quantity = self.random.choice(QUANTITIES)
            price = item.price if placed_at >= self.prices_rose else item.old_price
            discount = self.draw_discount(price * quantity)
            total += price * quantity - discount
            self.batch.lines.append([order_id, item.sku, quantity, price, discount])
            self.batch.movements.append([item.id, -quantity, "order", placed_at, order_id])
            if returned_at is None:
                item.sold += quantity
            else:
                self.batch.movements.append([item.id, quantity, "cancellation", returned_at, order_id])
        return total

    def draw_items(self) -> Iterator[Item]:
        """Popular products first; the same product may come twice, as in a real basket."""
        for _ in range(self.random.choice(LINE_COUNTS)):
            yield self.items[int(len(self.items) * self.random.random() ** 2)]

    def draw_discount(self, amount: Decimal) -> Decimal:
        if self.random.random() >= 0.1:
            return Decimal(0)
        return (amount * self.random.choice([5, 10, 15]) / 100).quantize(CENT)
