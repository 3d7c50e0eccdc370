"""Who did what when, drawn before any row is written.

A customer's row carries the last contact and a driver's row the average rating, both results of rows that
are written after them. The few numbers that decide this are kept in arrays: 16 bytes an order or ride.
"""

from array import array
from collections.abc import Iterator
from datetime import datetime
from random import Random

from legacy_app.seed.plan import Plan


class Timeline:
    """The customers and moments (fractions of the period) of ``count`` events, in order of time."""

    def __init__(self, plan: Plan, random: Random, count: int) -> None:
        self.moments = array("d", growing(random, count))
        self.customers = array("Q", (pick_customer(plan, random, moment) for moment in self.moments))

    def __iter__(self) -> Iterator[tuple[int, float]]:
        return zip(self.customers, self.moments, strict=True)

    def between(self, first: int, end: int) -> Iterator[tuple[int, float]]:
        return zip(self.customers[first:end], self.moments[first:end], strict=True)


def growing(random: Random, count: int) -> Iterator[float]:
    """Ascending fractions, the later the denser: business grows."""
    for i in range(count):
        yield ((i + random.random()) / count) ** 0.7


def pick_customer(plan: Plan, random: Random, moment: float) -> int:
    """A customer's id; old customers come back more often, and nobody acts before being a customer."""
    known = max(1, int(plan.customers * (1 + moment) / 2))
    return 1 + int(known * random.random() ** 1.4)


def customer_since(plan: Plan, customer_id: int) -> datetime:
    """When the customer was created: the first half before the period, the rest evenly in it."""
    return plan.at(2 * (customer_id - 1) / plan.customers - 1)


def last_moments(plan: Plan, timeline: Timeline) -> array:
    """The fraction of each customer's last event, at the customer's id; -1 if there is none."""
    last = array("d", [-1.0]) * (plan.customers + 1)
    for customer_id, moment in timeline:
        last[customer_id] = moment
    return last
