"""Reports of drivers' positions: executed in batches against the legacy service, and over HTTP against its endpoint.

Both sides leave the same rows: one in the history for every report, and each driver at the newest. The legacy service
does that report by report, with the ORM; the batch handler executes up to 500 in one transaction.
"""

import os
import random
import statistics
import time
from functools import partial
from typing import Any

from django.urls import reverse
from rest_framework.authtoken.models import Token

from benchmarks.exceptions import AnswersDiffer
from benchmarks.rounds import alternate, paired_ratio
from benchmarks.summaries import execute, scalar
from benchmarks.webserver import WebServer, load, web_server
from cqrs_write.bus import accept_all
from cqrs_write.definition.registry import registry
from cqrs_write.execution import drain
from cqrs_write.models import LoggedCommand
from legacy_app.celery import app
from legacy_app.rides import services
from legacy_app.rides.models import Driver, DriverPosition
from legacy_app.rides_cqrs.commands import ReportLocation
from legacy_app.servers import own_redis

IN_A_REQUEST = 500
BULK = "/api/rides/drivers/positions/"


def measure(*, quick: bool) -> dict[str, Any]:
    rounds, number, single = (1, 1_000, 50) if quick else (4, 10_000, 500)
    with own_redis() as redis:
        os.environ |= {"CELERY_BROKER_URL": redis.url, "REDIS_URL": redis.url}
        app.conf.broker_url, app.conf.task_always_eager = redis.url, False
        executions = {"batch": partial(in_batches, number), "legacy": partial(by_the_service, single)}
        executed = alternate(executions, rounds, warm_up=0 if quick else 1)
        with web_server() as server:
            requests = {
                "bulk": partial(over_http, server, number),
                "legacy": partial(by_the_endpoint, server, single),
            }
            sent = alternate(requests, rounds, warm_up=0 if quick else 1)
    return {
        "ratio_to_legacy": paired_ratio(executed["batch"], executed["legacy"]),
        "http_ratio_to_legacy": paired_ratio(sent["bulk"], sent["legacy"]),
        "reports_per_s": statistics.median(executed["batch"]),
        "legacy_reports_per_s": statistics.median(executed["legacy"]),
        "http_reports_per_s": statistics.median(sent["bulk"]),
        "legacy_http_reports_per_s": statistics.median(sent["legacy"]),
        "rounds": rounds,
        "reports": number,
    }


def reports(number: int) -> list[dict[str, Any]]:
    choice = random.Random(number)
    drivers = list(Driver.objects.values_list("pk", flat=True))
    return [
        {"driver_id": choice.choice(drivers), "lat": choice.uniform(40, 50), "lng": choice.uniform(0, 20)}
        for _ in range(number)
    ]


def in_batches(number: int) -> float:
    """Reports per second: the execution alone."""
    empty()
    accept_all(ReportLocation(**report) for report in reports(number))
    LoggedCommand.objects.update(not_before=None)
    execute("VACUUM ANALYZE cqrs_command_log")
    return timed(number, drained)


def drained() -> None:
    drain(registry.of(ReportLocation).queue, seconds=float("inf"))


def by_the_service(number: int) -> float:
    empty()
    drivers = Driver.objects.in_bulk()

    def report_all() -> None:
        for report in reports(number):
            services.report_position(drivers[report["driver_id"]], report["lat"], report["lng"])

    return timed(number, report_all)


def over_http(server: WebServer, number: int) -> float:
    """Reports per second: sent by 500 in a request, and executed when all have been sent."""
    empty()
    documents = reports(number)
    requests = [(BULK, documents[start : start + IN_A_REQUEST]) for start in range(0, number, IN_A_REQUEST)]
    token = Token.objects.get(user__username="clerk1").key

    def send_and_execute() -> None:
        load(server, {"Authorization": f"Token {token}"}, requests, expected=[202])
        LoggedCommand.objects.update(not_before=None)
        drained()

    return timed(number, send_and_execute)


def by_the_endpoint(server: WebServer, number: int) -> float:
    """Reports per second: one in a request, to the monolith."""
    empty()
    token = Token.objects.get(user__username="driver1").key
    requests = [
        (reverse("rides:driver-position"), {"lat": one["lat"], "lng": one["lng"]}) for one in reports(number)
    ]
    found = load(server, {"Authorization": f"Token {token}"}, requests, expected=[200, 201]).per_s
    check(number)
    return found


def timed(number: int, action: Any) -> float:
    started = time.perf_counter()
    action()
    seconds = time.perf_counter() - started
    check(number)
    return number / seconds


def check(number: int) -> None:
    """Raises AnswersDiffer unless every report is in the history."""
    if (found := DriverPosition.objects.count()) != number:
        raise AnswersDiffer(f"{found} positions of {number} were kept.")
    if LoggedCommand.objects.exclude(state="done").exists():
        raise AnswersDiffer("Not every report was executed.")


def empty() -> None:
    execute("TRUNCATE rides_driverposition", "TRUNCATE cqrs_command_log")
    assert scalar("SELECT count(*) FROM rides_driverposition") == 0
