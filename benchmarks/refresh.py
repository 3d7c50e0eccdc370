"""How fast scattered changes reach the read model, against django-computedfields doing the same.

Each round changes the price of one line in 5,000 orders here and there, in 50 statements. Then both sides, in turn,
bring what they keep up to date: OrderSummary by a refresh, a copy of the orders with the same columns as computed
fields by ``update_dependent``. Lines, products, customers and payments are the same tables for both. At the end both
must say the same about every order.
"""

import random
import statistics
from typing import Any

from django.db import connection
from django.db.models import Min

from benchmarks.exceptions import AnswersDiffer
from benchmarks.rivals.rival import Rival, rival
from benchmarks.rivals.tables import differing, make_orders
from benchmarks.rounds import alternate, paired_ratio, quartiles
from benchmarks.summaries import TABLE, Stopwatch, capture_alone, execute, filled, scalar
from cqrs_read.refresh import refresh
from legacy_app.orders.models import OrderLine
from legacy_app.orders_cqrs.read_models import OrderSummary

ROUNDS = 15
KEYS = 5_000
STATEMENT = 100
CHANGE = "UPDATE orders_orderline SET unit_price = unit_price + 0.01 WHERE id = ANY(%s)"


def measure(*, quick: bool) -> dict[str, Any]:
    capture_alone()
    filled()
    make_orders()
    with rival("computed") as computedfields:
        changes = Changes(computedfields)
        sides = {"refresh": changes.refresh, "computedfields": changes.update_dependent}
        rates = alternate(sides, 1 if quick else ROUNDS, before=changes.next_round)
    if count := scalar(differing()):
        raise AnswersDiffer(f"Refresh and django-computedfields disagree about {count} orders.")
    return {
        "keys_per_s": statistics.median(rates["refresh"]),
        "ratio_to_computedfields": paired_ratio(rates["refresh"], rates["computedfields"]),
        "middle_half": quartiles(rates["refresh"], rates["computedfields"]),
        "computedfields_keys_per_s": statistics.median(rates["computedfields"]),
        "keys": len(changes.lines),
        "rounds": len(rates["refresh"]),
    }


class Changes:
    """Lines that are changed, and what is then done about it: each side returns orders per second."""

    def __init__(self, computedfields: Rival) -> None:
        self.computedfields = computedfields
        of_order = OrderLine.objects.filter(order__cancelled=False).values("order").annotate(line=Min("pk"))
        self.candidates = list(of_order.values_list("line", flat=True))
        self.chance = random.Random(1)
        self.lines: list[int] = []

    def next_round(self) -> None:
        """Other lines, and no dead rows from the round before."""
        execute("TRUNCATE cqrs_change_log", f"VACUUM orders_orderline, rival_order, {TABLE}")
        self.lines = self.chance.sample(self.candidates, min(KEYS, len(self.candidates)))
        with connection.cursor() as cursor:
            for start in range(0, len(self.lines), STATEMENT):
                cursor.execute(CHANGE, [self.lines[start : start + STATEMENT]])

    def refresh(self) -> float:
        keys = 0
        with Stopwatch() as watch:
            while keys < len(self.lines):
                done = refresh(OrderSummary).keys
                if not done:
                    raise AnswersDiffer(f"A refresh of {len(self.lines)} orders ended after {keys}.")
                keys += done
        return keys / watch.seconds

    def update_dependent(self) -> float:
        return len(self.lines) / self.computedfields.update_dependent(self.lines)
