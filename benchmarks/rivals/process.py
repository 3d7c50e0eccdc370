"""``python -m benchmarks.rivals.process``: does what stdin says, line by line, and says how long it took."""

import json
import sys
import time
from importlib import import_module
from typing import Any

import django
from django.conf import settings

from benchmarks.rounds import median_seconds


def main() -> None:
    django.setup()
    models = import_module(f"benchmarks.rivals.{settings.RIVAL}.models")
    for line in sys.stdin:
        question = json.loads(line)
        seconds = ACTIONS[question.pop("action")](models, **question)
        sys.stdout.write(json.dumps({"seconds": seconds}) + "\n")
        sys.stdout.flush()


def save(models: Any, *, times: int) -> float:
    """The median time of saving one of the first ``times`` lines, after a few to get into the way of it."""
    lines = list(models.Line.objects.order_by("pk")[:times])

    def save_one(number: int) -> None:
        lines[number].unit_price += models.CENT
        lines[number].save()

    median_seconds(save_one, max(1, times // 10))
    return median_seconds(save_one, times)


def update_dependent(models: Any, *, lines: list[int]) -> float:
    """Recompute what depends on the prices of ``lines``."""
    from computedfields.models import update_dependent

    started = time.perf_counter()
    update_dependent(models.Line.objects.filter(pk__in=lines), update_fields=["unit_price"])
    return time.perf_counter() - started


def flag_is_active(models: Any, *, requests: int) -> float:
    """Decide by a flag for a percentage of the clients, each of whom asks for the first time."""
    return float(models.decided(requests))


ACTIONS = {"save": save, "update_dependent": update_dependent, "flag_is_active": flag_is_active}

if __name__ == "__main__":
    main()
