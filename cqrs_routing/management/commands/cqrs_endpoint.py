"""``manage.py cqrs_endpoint``: see and change which side serves an endpoint."""

from __future__ import annotations

import getpass
import os
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.forms.models import model_to_dict

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import RoutingError
from cqrs_routing.models import ModeChange
from cqrs_routing.status import EndpointStatus, endpoint_statuses
from cqrs_routing.switching.switch import Switched, set_mode
from cqrs_routing.tables import endpoint_table, fields_table, history_table, obstacles
from cqrs_write.cli import ServiceCommand
from cqrs_write.exceptions import UnknownName


class Command(ServiceCommand):
    requires_system_checks = []  # An endpoint can be taken back whatever else is wrong.

    help = "List the endpoints, show one, set its mode, or tell the history of the modes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("action", nargs="?", default="list", metavar="list|show|set|history")
        parser.add_argument(
            "words",
            nargs="*",
            metavar="ENDPOINT MODE",
            help="an endpoint, and with set its mode: 'GET orders:order-list' cqrs",
        )
        parser.add_argument("--reason", default="", help="why the mode is set, for the history")
        parser.add_argument("--dry-run", action="store_true", help="with set: only say what would be done")

    def serve(self, **options: Any) -> None:
        actions = {
            "list": self.list_all,
            "show": self.show_one,
            "set": self.set_mode,
            "history": self.tell_history,
        }
        action = options["action"]
        if action not in actions:
            raise UnknownName("action", action, list(actions))
        actions[action](**options)

    def list_all(self, *, words: list[str], json: bool, **options: Any) -> None:
        statuses = endpoint_statuses()
        if json:
            self.print_json([asdict(status) for status in statuses])
        else:
            for part in (endpoint_table(statuses), *obstacles(statuses)):
                self.console.print(part)

    def show_one(self, *, words: list[str], json: bool, **options: Any) -> None:
        status = asdict(status_named(" ".join(words)))
        if json:
            self.print_json(status)
        else:
            self.console.print(fields_table(status))

    def set_mode(self, *, words: list[str], reason: str, dry_run: bool, json: bool, **options: Any) -> None:
        if len(words) < 2:
            raise RoutingError(
                "set needs an endpoint and a mode: cqrs_endpoint set 'GET orders:order-list' cqrs"
            )
        *endpoint, mode = words
        switched = set_mode(" ".join(endpoint), mode, by=operator(), reason=reason, dry_run=dry_run)
        if json:
            self.print_json({**asdict(switched), "changed": switched.changed, "dry_run": dry_run})
        else:
            self.stdout.write(sentence(switched, dry_run=dry_run))

    def tell_history(self, *, words: list[str], json: bool, **options: Any) -> None:
        changes = history(" ".join(words))
        if json:
            self.print_json([model_to_dict(change, exclude=["id"]) for change in changes])
        else:
            self.console.print(history_table(changes))


def status_named(name: str) -> EndpointStatus:
    endpoints.get(name)
    return next(status for status in endpoint_statuses() if status.endpoint == name)


def history(name: str) -> list[ModeChange]:
    """The changes of one endpoint, even of one that is declared no more; without a name, of all."""
    changes = ModeChange.objects.filter(endpoint=name) if name else ModeChange.objects.all()
    found = list(changes)
    if name and not found:
        endpoints.get(name)
    return found


def sentence(switched: Switched, *, dry_run: bool) -> str:
    if not switched.changed:
        return f"{switched.endpoint} is in {switched.new.value} already."
    verb = "would go" if dry_run else "went"
    return f"{switched.endpoint} {verb} from {switched.old.value} to {switched.new.value}."


def operator() -> str:
    """Who runs the command; a container's user may have no name."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        return f"user {os.getuid()} (command line)"
