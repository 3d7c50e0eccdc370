"""``python -m benchmarks.memory``: backfills, and says how much memory this process needed at its peak."""

import json
import resource
import sys
import time
from pathlib import Path

import django

STATUS = Path("/proc/self/status")


def main() -> None:
    django.setup()
    from cqrs_read.backfill import backfill
    from legacy_app.orders_cqrs.read_models import OrderSummary

    started = time.perf_counter()
    run = backfill(OrderSummary)
    seconds = time.perf_counter() - started
    json.dump({"rows": run.rows, "rows_per_s": run.rows / seconds, "peak_mb": peak_mb()}, sys.stdout)


def peak_mb() -> float:
    """The largest resident set so far, in MB."""
    if STATUS.exists():
        # Not getrusage: on Linux it begins with what the parent had when it started this process.
        (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    unit = 1024 if sys.platform == "darwin" else 1
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit / 1024


if __name__ == "__main__":
    main()
