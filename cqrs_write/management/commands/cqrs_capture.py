import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from cqrs_write.capture.drift import drift
from cqrs_write.capture.install import Change, install, planned_changes, refuse_unmigrated, removals, remove
from cqrs_write.capture.plan import capture_plan
from cqrs_write.cli import ServiceCommand
from cqrs_write.exceptions import UnknownName

ACTIONS = ("check", "install", "remove", "sql")


class Command(ServiceCommand):
    help = (
        "The triggers by which the database reports every write: check (exit code 1 if they are out of step) | "
        "install (exit code 2 if a table cannot be captured) | sql (of install) | remove."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("action", help=", ".join(ACTIONS))
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="alias")
        parser.add_argument("--dry-run", action="store_true", help="print the SQL, run nothing")

    def serve(self, *, action: str, database: str, json: bool, **options: Any) -> None:
        if action not in ACTIONS:
            raise UnknownName("action", action, list(ACTIONS))
        if action == "check":
            refuse_unmigrated(database)
        self.json = json
        getattr(self, f"_{action}")(database, options["dry_run"])

    def _check(self, using: str, dry_run: bool) -> None:
        found, tables = drift(using), [table.name for table in capture_plan(using)]
        if self.json:
            self.print_json({"captured": tables, "drift": [asdict(item) for item in found]})
        else:
            for item in found:
                self.stdout.write(f"{item}. {item.remedy}".strip())
            self.stdout.write(f"{len(tables)} tables to capture, {len(found)} out of step.")
        if found:
            sys.exit(1)

    def _install(self, using: str, dry_run: bool) -> None:
        if dry_run:
            self._show(planned_changes(using))
        else:
            self._report(install(using), "Captured", "Every trigger is in place already.")

    def _remove(self, using: str, dry_run: bool) -> None:
        if dry_run:
            self._show(removals(using))
        else:
            self._report(remove(using), "No longer captured", "There is nothing to remove.")

    def _sql(self, using: str, dry_run: bool) -> None:
        self._show(planned_changes(using))

    def _show(self, changes: list[Change]) -> None:
        if self.json:
            self.print_json([asdict(change) for change in changes])
            return
        for change in changes:
            self.stdout.write(f"-- {change.relation}: {change.kind}")
            for statement in change.statements:
                self.stdout.write(f"{statement};")

    def _report(self, changes: list[Change], verb: str, nothing: str) -> None:
        if self.json:
            self.print_json([{"table": change.relation, "was": change.kind} for change in changes])
            return
        for change in changes:
            self.stdout.write(f"{verb}: {change.relation} (was {change.kind})")
        if not changes:
            self.stdout.write(nothing)
