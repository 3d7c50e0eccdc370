"""Look into the command log; retry or discard dead commands, call off waiting ones, purge settled ones."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet

from cqrs_write import operations
from cqrs_write.cli import USAGE, ServiceCommand
from cqrs_write.definition.command import name_of
from cqrs_write.definition.registry import registry
from cqrs_write.definition.sensitive import redacted
from cqrs_write.exceptions import UnknownName
from cqrs_write.models import LoggedCommand
from cqrs_write.state import WAITING, State

SUMMARY = ("uuid", "state", "name", "queue", "lane", "attempts", "accepted_at", "error")
DETAIL = (
    *SUMMARY,
    *("id", "version", "actor", "payload", "result", "not_before", "finished_at", "expires_at", "traceback"),
    *("priority", "worker", "marked_at", "lost", "correlation_id", "causation_id", "traceparent"),
)
REMEDY = "'cqrs_commands list' prints them."
CHANGES = {"retry": operations.retry, "discard": operations.discard, "cancel": operations.cancel}
STATES = {"retry": [State.DEAD], "discard": [State.DEAD], "cancel": list(WAITING)}


class Command(ServiceCommand):
    help = "List and show accepted commands; retry or discard dead ones, cancel waiting ones, purge settled ones."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["list", "show", *CHANGES, "purge"])
        parser.add_argument("uuids", nargs="*", type=UUID, metavar="UUID", help="commands to act on")
        parser.add_argument("--state", choices=State.values)
        parser.add_argument("--queue")
        parser.add_argument("--name", help="as in orders_cqrs.PlaceOrder")
        parser.add_argument("--limit", type=int, default=50, help="list at most so many, newest first")
        parser.add_argument("--all", action="store_true", help="retry, discard or cancel all that match")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be changed")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS)
        super().add_arguments(parser)

    def serve(self, **options: Any) -> None:
        refuse_unknown(options)
        if options["action"] == "list":
            self.list(selected(options)[: options["limit"]], options)
        elif options["action"] == "show":
            self.show(options)
        elif options["action"] == "purge":
            self.purge(options)
        else:
            self.change(options)

    def list(self, commands: "QuerySet[LoggedCommand]", options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json([describe(command, SUMMARY) for command in commands])
            return
        for command in commands:
            self.stdout.write(
                "  ".join(str(value) for value in describe(command, SUMMARY).values() if value != "")
            )

    def show(self, options: dict[str, Any]) -> None:
        if len(options["uuids"]) != 1:
            raise CommandError(f"Name one command by its UUID. {REMEDY}", returncode=USAGE)
        uuid = options["uuids"][0]
        command = LoggedCommand.objects.using(options["database"]).filter(uuid=uuid).first()
        if command is None:
            raise UnknownName("accepted command", str(uuid), [], remedy=REMEDY)
        if options["json"]:
            self.print_json(describe(command, DETAIL))
            return
        for key, value in describe(command, DETAIL).items():
            self.stdout.write(f"{key}: {value}")

    def change(self, options: dict[str, Any]) -> None:
        if not options["uuids"] and not options["all"]:
            raise CommandError("Name commands by their UUIDs, or say --all.", returncode=USAGE)
        action, dry_run = options["action"], options["dry_run"]
        uuids = selected(options).filter(state__in=STATES[action]).values_list("uuid", flat=True)
        changed = CHANGES[action](uuids, using=options["database"], dry_run=dry_run)
        if options["json"]:
            commands = [describe(command, SUMMARY) for command in changed]
            self.print_json({"action": action, "dry_run": dry_run, "commands": commands})
            return
        for command in changed:
            self.stdout.write(f"{command}: {'would ' if dry_run else ''}{action}")
        kind = "waiting" if action == "cancel" else "dead"
        self.stdout.write(f"{len(changed)} {kind} command{'' if len(changed) == 1 else 's'}.")

    def purge(self, options: dict[str, Any]) -> None:
        using, dry_run = options["database"], options["dry_run"]
        count = operations.purgeable(using=using) if dry_run else operations.purge(using=using)
        if options["json"]:
            self.print_json({"action": "purge", "dry_run": dry_run, "commands": count})
            return
        verb = "would be purged" if dry_run else "purged"
        self.stdout.write(f"{count} settled command{'' if count == 1 else 's'} {verb}.")


def refuse_unknown(options: dict[str, Any]) -> None:
    """Refuse a command or a queue that neither the code nor the log has.

    Raises:
        UnknownName: with the nearest names.
    """
    commands = LoggedCommand.objects.using(options["database"])
    for key, kind, known in (
        ("name", "command", {name_of(handler.command) for handler in registry}),
        ("queue", "queue", {handler.queue for handler in registry}),
    ):
        if (name := options[key]) and name not in known and not commands.filter(**{key: name}).exists():
            raise UnknownName(kind, name, sorted(known))


def selected(options: dict[str, Any]) -> "QuerySet[LoggedCommand]":
    """The commands that the options name."""
    filters = {key: options[key] for key in ("state", "queue", "name") if options[key]}
    if options["uuids"]:
        filters["uuid__in"] = options["uuids"]
    return LoggedCommand.objects.using(options["database"]).filter(**filters).order_by("-id")


def describe(command: LoggedCommand, fields: tuple[str, ...]) -> dict[str, Any]:
    values = {field: getattr(command, field) for field in fields}
    if "payload" in values:
        handler = registry.known(command.name)
        values["payload"] = redacted(command.payload, handler.sensitive if handler else ())
    return values
