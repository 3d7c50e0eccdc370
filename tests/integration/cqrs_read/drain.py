"""A process that attends to the order summary until nothing is left, and tells what it needed for that as JSON."""

import json
import os
import resource
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legacy_app.settings_cqrs")
django.setup()

from cqrs_read.refresh.attend import attend  # noqa: E402
from cqrs_read.refresh.due import due  # noqa: E402
from legacy_app.orders_cqrs.read_models import OrderSummary  # noqa: E402


def megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    passes = {"window": 0, "page": 0}
    before = 0.0
    while True:
        todo = due([OrderSummary])
        for one in todo:
            passes["window"] += one.window
            passes["page"] += one.backlog
            attend(one)
        before = before or megabytes()
        if not todo:
            break
    sys.stdout.write(json.dumps({"before": before, "after": megabytes(), **passes}) + "\n")


if __name__ == "__main__":
    main()
