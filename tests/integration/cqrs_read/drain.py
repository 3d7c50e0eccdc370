"""A process that attends to the order summary until nothing is left, and tells what it needed for that as JSON."""

import json
import os
import resource
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legacy_app.settings_cqrs")
django.setup()

from cqrs_read.declaration.read_model import name_of  # noqa: E402
from cqrs_read.models import ReadModelState  # noqa: E402
from cqrs_read.refresh.attend import attend  # noqa: E402
from cqrs_read.refresh.due import due  # noqa: E402
from cqrs_write import changelog  # noqa: E402
from legacy_app.orders.models import Order  # noqa: E402
from legacy_app.orders_cqrs.read_models import OrderSummary  # noqa: E402


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def warm_up() -> None:
    """A small window, behind the big one: what is loaded once is there before memory is looked at."""
    states = ReadModelState.objects.filter(name=name_of(OrderSummary))
    waiting = states.get().position
    states.update(position=changelog.now("default"))
    # A column that nobody who waits for this process looks at.
    Order.objects.filter(pk=Order.objects.latest("pk").pk).update(status="warm")
    for one in due([OrderSummary]):
        attend(one)
    states.update(position=waiting)


def main() -> None:
    passes = {"window": 0, "page": 0}
    warm_up()
    before = megabytes()
    while True:
        todo = due([OrderSummary])
        for one in todo:
            passes["window"] += one.window
            passes["page"] += one.backlog
            attend(one)
        if not todo:
            break
    sys.stdout.write(json.dumps({"before": before, "after": megabytes(), **passes}) + "\n")


if __name__ == "__main__":
    main()
