"""Reporting where a driver is: many reports at once, in two statements.

Every report leaves a row in the drivers' history, as with the monolith, so none is coalesced with another; only the
driver's own row has but the newest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cqrs_write import BatchContext, Command, CommandRejected, handles_batch
from cqrs_write.backends import load
from legacy_app.rides_cqrs.commands.place import Latitude, Longitude
from legacy_app.rides_cqrs.report import Report, newest_by_driver


@dataclass(frozen=True, kw_only=True)
class ReportLocation(Command):
    driver_id: int
    lat: Latitude
    lng: Longitude


@handles_batch(ReportLocation, key="driver_id", max_size=500, max_wait=0.1)
def report_locations(commands: Sequence[ReportLocation], context: BatchContext) -> None:
    """Keep every report, and have each driver be where the newest says.

    A driver was there when the report was accepted, however late it is executed: that is the time of the position,
    and it tells which is the newest. The key keeps one driver's reports in order, and those of two batches that run
    beside each other apart: no batch waits for another's drivers. The monolith's endpoint and reports that are executed
    inline write beside them, so a newer position that is there already stays.
    """
    reports = [
        Report(command.driver_id, command.lat, command.lng, one.accepted_at)
        for command, one in zip(commands, context.contexts, strict=True)
    ]
    positions = load("legacy_app.rides_cqrs", "positions", context.using)
    positions.move(context.using, newest_by_driver(reports))
    if positions.keep(context.using, reports) < len(reports):
        # The batch is halved until only the reports of such a driver are left.
        raise CommandRejected("There is no such driver any more.")
