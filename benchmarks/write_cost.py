"""What keeping something in step costs one ``save()``: of an order line, whose price changes.

Ours are the triggers. django-computedfields recomputes the order's total and lines within the save; django-cqrs makes
a message, which its own ``TransportMock`` then drops. Each is compared with a plain save in the same Python
environment.

A transaction of 1,000 such saves shows what the triggers cost a long one, and what they cost those who read the same
lines meanwhile.
"""

import statistics
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django.db import transaction

from benchmarks.reader import Reader, reader
from benchmarks.rivals.rival import rival
from benchmarks.rivals.tables import make_lines, make_orders
from benchmarks.rounds import alternate, median_seconds, paired_ratio, quartiles
from benchmarks.summaries import Stopwatch, execute, filled, scalar
from cqrs_write.capture.install import install, remove
from legacy_app.orders.models import OrderLine

Measured = TypeVar("Measured")

CENT = Decimal("0.01")
ROUNDS, SAVES = 24, 200
LONG_ROUNDS, LONG_SAVES = 9, 1_000
VACUUM = "VACUUM orders_orderline, cqrs_change_log, rival_order, rival_line"
SUBTRANSACTIONS = "SELECT sum(blks_hit + blks_read) FROM pg_stat_slru WHERE name ILIKE 'subtrans%'"


def measure(*, quick: bool) -> dict[str, Any]:
    filled()
    make_orders()
    make_lines()
    saves, rounds = (3, 1) if quick else (SAVES, ROUNDS)
    return single(saves, rounds) | long(30 if quick else LONG_SAVES, 1 if quick else LONG_ROUNDS)


def single(saves: int, rounds: int) -> dict[str, Any]:
    """Seconds of one save on every side, in alternating rounds."""
    with rival("plain") as plain, rival("computed") as computedfields, rival("master") as django_cqrs:
        save = partial(saving, saves)
        sides: dict[str, Callable[[], float]] = {"triggers": partial(with_triggers, save), "plain": save}
        rivals = {"rivals_plain": plain, "computedfields": computedfields, "django_cqrs": django_cqrs}
        for name, other in rivals.items():
            sides[name] = partial(other.save, saves)
        seconds = alternate(sides, rounds, before=restored)
    ms = {f"{name}_ms": statistics.median(values) * 1000 for name, values in seconds.items()}
    return {
        "ratio_to_plain": paired_ratio(seconds["triggers"], seconds["plain"]),
        "middle_half": quartiles(seconds["triggers"], seconds["plain"]),
        "computedfields_ratio_to_plain": paired_ratio(seconds["computedfields"], seconds["rivals_plain"]),
        "django_cqrs_ratio_to_plain": paired_ratio(seconds["django_cqrs"], seconds["rivals_plain"]),
        "rounds": rounds,
        **ms,
    }


def long(saves: int, rounds: int) -> dict[str, Any]:
    """One transaction of many saves, with the triggers and without, beside a reader of the same lines."""
    with reader(saves) as beside:
        sides = {
            "triggers": partial(with_triggers, partial(transaction_of, saves, beside)),
            "plain": partial(transaction_of, saves, beside),
        }
        measured = alternate(sides, rounds, before=restored)
    seconds = {name: [one["seconds"] for one in values] for name, values in measured.items()}
    reads = {name: [one["reads_per_s"] for one in values] for name, values in measured.items()}
    lookups = {name: sum(one["lookups"] for one in values) for name, values in measured.items()}
    return {
        "transaction_ratio": paired_ratio(seconds["triggers"], seconds["plain"]),
        "readers_ratio": paired_ratio(reads["triggers"], reads["plain"]),
        "transaction_s": {name: statistics.median(values) for name, values in seconds.items()},
        "reads_per_s": {name: statistics.median(values) for name, values in reads.items()},
        "subtransaction_lookups": lookups,
    }


def with_triggers(measured: Callable[[], Measured]) -> Measured:
    """What ``measured`` finds while the triggers are there; everything else is measured without them."""
    install("default")
    found = measured()
    remove("default")
    return found


def saving(times: int) -> float:
    """The median time of saving one of the first ``times`` lines, after a few to get into the way of it."""
    lines = list(OrderLine.objects.order_by("pk")[:times])

    def save_one(number: int) -> None:
        lines[number].unit_price += CENT
        lines[number].save()

    median_seconds(save_one, max(1, times // 10))
    return median_seconds(save_one, times)


def transaction_of(saves: int, beside: Reader) -> dict[str, float]:
    """Seconds of one transaction, what was read beside it, and how often somebody looked up a subtransaction."""
    lines = list(OrderLine.objects.order_by("pk")[:saves])
    before = scalar(SUBTRANSACTIONS)
    beside.start()
    with Stopwatch() as watch, transaction.atomic():
        for line in lines:
            line.unit_price += CENT
            line.save()
    reads_per_s = beside.stop()
    return {
        "seconds": watch.seconds,
        "reads_per_s": reads_per_s,
        "lookups": scalar(SUBTRANSACTIONS) - before,
    }


def restored() -> None:
    """Every round begins without triggers, dead rows and a change log."""
    remove("default")
    execute("TRUNCATE cqrs_change_log", VACUUM)
