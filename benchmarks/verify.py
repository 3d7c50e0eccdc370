"""How fast a read model is compared with its declaration, against reading both sides once.

Reading both sides is two statements: every row computed by the declaration's query over everything, and every row of
the table. The database makes each row whole, with all its columns, and counts it; nothing is sent.
"""

import statistics
from functools import partial
from typing import Any

from benchmarks.exceptions import AnswersDiffer
from benchmarks.rounds import alternate, paired_ratio, quartiles
from benchmarks.summaries import TABLE, Stopwatch, execute, filled, scalar
from cqrs_read.compute.query import computed
from cqrs_read.declaration.selection import Selection
from cqrs_read.verify import verify
from legacy_app.orders_cqrs.read_models import OrderSummary

ROUNDS = 9


def measure(*, quick: bool) -> dict[str, Any]:
    filled()
    # A verification runs on one core; so does what it is compared with.
    execute("SET max_parallel_workers_per_gather = 0")
    rows = OrderSummary.objects.count()
    sides = {"verify": partial(verifying, rows), "reading_both": partial(reading_both, rows)}
    rates = alternate(sides, 1 if quick else ROUNDS)
    return {
        "ratio_to_reading_both": paired_ratio(rates["verify"], rates["reading_both"]),
        "middle_half": quartiles(rates["verify"], rates["reading_both"]),
        **{f"{name}_rows_per_s": statistics.median(values) for name, values in rates.items()},
        "rows_per_s": statistics.median(rates["verify"]),
        "rows": rows,
        "rounds": len(rates["verify"]),
    }


def verifying(rows: int) -> float:
    """Rows per second of one verification, which must find nothing."""
    with Stopwatch() as watch:
        verified = verify(OrderSummary)
    if verified.differences:
        raise AnswersDiffer(f"{len(verified.differences)} rows differ where nothing was written.")
    return rows / watch.seconds


def reading_both(rows: int) -> float:
    """Rows per second of computing and reading every row once."""
    sql, params = computed(OrderSummary, Selection.ALL).bound()
    with Stopwatch() as watch:
        wanted = scalar(f"SELECT count(wanted.*) FROM ({sql}) wanted", *params)
        there = scalar(f"SELECT count(stored.*) FROM {TABLE} stored")
    if not rows == wanted == there:
        raise AnswersDiffer(f"{rows} rows were filled, {wanted} are computed, {there} are there.")
    return rows / watch.seconds
