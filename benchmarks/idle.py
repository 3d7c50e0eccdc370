"""What an idle worker asks of the database: two processes of Celery, and beat with the sample's schedule.

The server counts transactions; outside of one every query is one.
"""

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from typing import Any

from benchmarks.stand import ROOT
from benchmarks.summaries import scalar
from legacy_app.servers import own_redis
from legacy_app.servers.lifeline import Lifeline

CELERY = [sys.executable, "-m", "celery", "-A", "legacy_app"]
WORKER = [*CELERY, "worker", "--concurrency", "2", "--queues", "orders,commands,celery", "--loglevel", "INFO"]
START_SECONDS = 8.0
COUNT = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"


def measure(*, quick: bool) -> dict[str, Any]:
    seconds = 2.0 if quick else 60.0
    with ExitStack() as stack:
        redis = stack.enter_context(own_redis())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        environment = os.environ | {"CELERY_BROKER_URL": redis.url, "REDIS_URL": redis.url}
        beat = [*CELERY, "beat", "--loglevel", "INFO", "-s", f"{folder}/schedule"]
        for command in (WORKER, beat):
            stack.enter_context(Lifeline()).spawn(command, environment, folder=ROOT)
        time.sleep(START_SECONDS)
        before = scalar(COUNT)
        time.sleep(seconds)
        # What counting asks itself.
        asked = scalar(COUNT) - before - 1
    return {"queries_per_minute": max(asked, 0) / seconds * 60, "seconds": seconds}
