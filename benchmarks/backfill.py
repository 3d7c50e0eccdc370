"""How fast a read model is filled in chunks, beside writers and readers, against one INSERT … SELECT that is not.

Both sides fill the same empty table, with its indexes, from the same query. The peak memory is that of a process
that does nothing but a backfill, measured with this many orders and with ten times as many.
"""

import json
import statistics
from collections.abc import Callable
from functools import partial
from os import environ
from typing import Any

from benchmarks.enlarge import enlarge
from benchmarks.exceptions import AnswersDiffer
from benchmarks.rounds import alternate, paired_ratio, quartiles
from benchmarks.stand import python
from benchmarks.summaries import TABLE, Stopwatch, empty, execute, insert_select, scalar
from cqrs_read.backfill import backfill
from cqrs_write.capture.install import install, remove
from legacy_app.orders_cqrs.read_models import OrderSummary

ROUNDS = 9
TENFOLD = 10


def measure(*, quick: bool) -> dict[str, Any]:
    install("default")
    execute("VACUUM ANALYZE")
    sides = {"backfill": partial(backfill, OrderSummary), "insert_select": insert_select}
    rounds = alternate({name: partial(filling, fill) for name, fill in sides.items()}, 1 if quick else ROUNDS)
    rates = {name: [rows / seconds for rows, seconds in measured] for name, measured in rounds.items()}
    if len({rows for measured in rounds.values() for rows, _ in measured}) != 1:
        raise AnswersDiffer("The backfill and the INSERT … SELECT make different numbers of rows.")
    return {
        "ratio_to_insert_select": paired_ratio(rates["backfill"], rates["insert_select"]),
        "middle_half": quartiles(rates["backfill"], rates["insert_select"]),
        "rows_per_s": statistics.median(rates["backfill"]),
        "insert_select_rows_per_s": statistics.median(rates["insert_select"]),
        "rounds": len(rates["backfill"]),
        **memory(),
    }


def filling(fill: Callable[[], object]) -> tuple[int, float]:
    """Rows and seconds of one filling from empty."""
    empty()
    execute("CHECKPOINT")
    with Stopwatch() as watch:
        fill()
    return scalar(f"SELECT count(*) FROM {TABLE}"), watch.seconds


def memory() -> dict[str, Any]:
    few = peak()
    remove("default")
    enlarge(TENFOLD)
    install("default")
    many = peak()
    return {
        "memory_ratio": many["peak_mb"] / few["peak_mb"],
        "peak_mb": few["peak_mb"],
        "memory_details": {"few": few, "many": many},
    }


def peak() -> dict[str, float]:
    """Rows, seconds and peak memory of a process that fills the empty table."""
    empty()
    found: dict[str, float] = json.loads(python(environ, "-m", "benchmarks.memory"))
    return found
