"""Look at the outbox, or delete old events from it."""

import time
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS
from django.template.defaultfilters import filesizeformat

from cqrs_write.arguments import Seconds
from cqrs_write.backends import load
from cqrs_write.cli import INTERRUPTED, USAGE, ServiceCommand
from cqrs_write.conf import settings
from cqrs_write.outbox.status import COUNT_LIMIT, OutboxStatus, outbox_status
from cqrs_write.outbox.trimming import trim, trimmable

LINE_SECONDS = 10.0
"""Between two lines about the progress."""

YEARS = 24 * 365 * 100
"""Hours in a hundred of them: no outbox is older."""


class Hours(Seconds):
    noun = "number of hours"


class Command(ServiceCommand):
    help = "Say how many events are in the outbox, or delete old ones from it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["status", "trim"])
        parser.add_argument(
            "--older-than",
            type=Hours(0, YEARS),
            metavar="HOURS",
            help="trim: delete events of that age; CQRS_WRITE['OUTBOX_HOURS'] if not given",
        )
        parser.add_argument("--dry-run", action="store_true", help="trim: count, and delete nothing")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="alias")
        super().add_arguments(parser)

    def serve(self, *, action: str, database: str, **options: Any) -> None:
        load("cqrs_write", "outbox", database)  # or say that there is no such alias
        if action == "trim":
            self.trim(database, **options)
        elif options["older_than"] is not None or options["dry_run"]:
            raise CommandError("status takes neither --older-than nor --dry-run.", returncode=USAGE)
        else:
            self.status(outbox_status(database), json=options["json"])

    def status(self, status: OutboxStatus, *, json: bool) -> None:
        if json:
            self.print_json(asdict(status))
            return
        self.stdout.write(
            f"The outbox of '{status.using}' holds {_counted(status.events)}, "
            f"{filesizeformat(status.bytes)}{_age(status.oldest_seconds)}."
        )
        for aggregate_type, count in status.by_aggregate_type.items():
            self.stdout.write(f"  {aggregate_type}: {count:,}")

    def trim(
        self, using: str, *, older_than: float | None, dry_run: bool, json: bool, **options: Any
    ) -> None:
        hours = settings().outbox_hours if older_than is None else older_than
        age = timedelta(hours=hours)
        count = trimmable(using=using, older_than=age) if dry_run else self._delete(using, age, silent=json)
        if json:
            self.print_json({"using": using, "hours": hours, "dry_run": dry_run, "events": count})
            return
        verb = "would be deleted" if dry_run else "deleted"
        self.stdout.write(f"{count:,} event{'' if count == 1 else 's'} older than {hours:g} hours {verb}.")

    def _delete(self, using: str, age: timedelta, *, silent: bool) -> int:
        deleted, told = 0, time.monotonic()

        def tell(count: int) -> None:
            nonlocal deleted, told
            deleted = count
            if not silent and time.monotonic() - told >= LINE_SECONDS:
                told = time.monotonic()
                self.stdout.write(f"{count:,} events deleted so far.")

        try:
            return trim(using=using, older_than=age, deleted_so_far=tell)
        except KeyboardInterrupt as error:
            raise CommandError(
                f"Stopped by Ctrl-C; {deleted:,} events are deleted.", returncode=INTERRUPTED
            ) from error


def _counted(events: int) -> str:
    least = "at least " if events >= COUNT_LIMIT else ""
    return f"{least}{events:,} event{'' if events == 1 else 's'}"


def _age(seconds: float | None) -> str:
    return "" if seconds is None else f", the oldest {seconds / 3600:.1f} hours old"
