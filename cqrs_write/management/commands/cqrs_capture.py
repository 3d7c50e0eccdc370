import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from cqrs_write.capture import images
from cqrs_write.capture.drift import drift
from cqrs_write.capture.image_plan import image_plans, plans_of
from cqrs_write.capture.install import Change, install, planned_changes, refuse_unmigrated, removals, remove
from cqrs_write.capture.plan import capture_plan
from cqrs_write.cli import ServiceCommand
from cqrs_write.exceptions import CqrsError, UnknownName

ACTIONS = ("check", "images", "install", "remove", "sql")
IMAGE_ACTIONS = ("install", "list", "remove")


class Command(ServiceCommand):
    help = (
        "The triggers by which the database reports every write: check (exit code 1 if they are out of step) | "
        "install (exit code 2 if a table cannot be captured) | sql (of install) | remove. And those by which writes "
        'are rehearsed: images | images install "POST orders:order-list" | images remove "POST orders:order-list" | '
        "images remove (all)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("action", help=", ".join(ACTIONS))
        parser.add_argument("what", nargs="?", help=f"of images: {', '.join(IMAGE_ACTIONS)}")
        parser.add_argument(
            "endpoint", nargs="?", help='of images: method and view name, "POST orders:order-list"'
        )
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="alias")
        parser.add_argument("--dry-run", action="store_true", help="print the SQL, run nothing")

    def serve(self, *, action: str, database: str, json: bool, **options: Any) -> None:
        if action not in ACTIONS:
            raise UnknownName("action", action, list(ACTIONS))
        self.json = json
        what, endpoint, dry_run = options.get("what"), options.get("endpoint"), options["dry_run"]
        if action == "images":
            self._images(what or "list", endpoint, database, dry_run)
            return
        if what:
            raise CqrsError(
                f"'{action}' is about all tables: leave '{what}' out, or write: images {action} …"
            )
        if action == "check":
            refuse_unmigrated(database)
        getattr(self, f"_{action}")(database, dry_run)

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

    def _images(self, what: str, endpoint: str | None, using: str, dry_run: bool) -> None:
        if what not in IMAGE_ACTIONS:
            raise UnknownName("action", f"images {what}", [f"images {known}" for known in IMAGE_ACTIONS])
        if what == "install" and endpoint is None:
            raise CqrsError('Name the endpoint: manage.py cqrs_capture images install "POST …"')
        getattr(self, f"_images_{what}")(endpoint, using, dry_run)

    def _images_list(self, endpoint: str | None, using: str, dry_run: bool) -> None:
        plans = [(plan, images.missing(plan)) for plan in (plans_of(endpoint) if endpoint else image_plans())]
        if self.json:
            self.print_json([asdict(plan) | {"missing": lacking} for plan, lacking in plans])
            return
        for plan, lacking in plans:
            state = f"lacks images of {', '.join(lacking)}" if lacking else "can be rehearsed"
            self.stdout.write(f"{plan.name} ({plan.using}): {state}")
        if not plans:
            self.stdout.write("No endpoint declares tables=.")

    def _images_install(self, endpoint: str, using: str, dry_run: bool) -> None:
        if dry_run:
            self._show([change for _, change in images.planned_images(endpoint)])
        else:
            self._report(
                images.install_images(endpoint), "Gives images", "Every image trigger is in place already."
            )

    def _images_remove(self, endpoint: str | None, using: str, dry_run: bool) -> None:
        images.refuse_in_use(endpoint, using)
        if dry_run:
            planned = [change for _, change in images.planned_removals(endpoint)] if endpoint else None
            self._show(images.planned_removals_of_all(using) if planned is None else planned)
            return
        removed = images.remove_images(endpoint) if endpoint else images.remove_all_images(using)
        self._report(removed, "Gives no images", "There is nothing to remove.")
        if endpoint and not self.json:
            for table, name in images.kept_of(endpoint).items():
                self.stdout.write(f"Kept: {table}, for {name}")

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
