"""``manage.py cqrs_endpoint``: see and change which side serves an endpoint."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.forms.models import model_to_dict

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import RoutingError
from cqrs_routing.models import EndpointMode, Mismatch, ModeChange
from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import Mode, named_mode
from cqrs_routing.retirement.printed import printed
from cqrs_routing.retirement.retirement import DAYS, retirement_of
from cqrs_routing.status import EndpointStatus, endpoint_statuses
from cqrs_routing.switching.members import canary, percentage
from cqrs_routing.switching.promotion import promote
from cqrs_routing.switching.switch import Setting, Switched, recount, switch
from cqrs_routing.tables import (
    endpoint_table,
    fields_table,
    history_table,
    mismatch_parts,
    obstacles,
    traffic_tables,
)
from cqrs_write.cli import ServiceCommand
from cqrs_write.exceptions import UnknownName

ACTIONS = "list|show|set|promote|rollback|recount|mismatches|retire|history"


class Command(ServiceCommand):
    requires_system_checks = []  # An endpoint can be taken back whatever else is wrong.

    help = (
        "List the endpoints, show one, put it in a mode, promote it a step, take it back to legacy at once, "
        "have its evidence counted anew, or tell in what both sides differ, the history, or what of the monolith "
        "can go once it has moved (exit code 1 if nothing can yet)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("action", nargs="?", default="list", metavar=ACTIONS)
        parser.add_argument(
            "words",
            nargs="*",
            metavar="ENDPOINT MODE",
            help="an endpoint, and with set its mode: 'GET orders:order-list' canary",
        )
        parser.add_argument("--reason", default="", help="why, for the history")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--force", action="store_true", help="without the gate's evidence, or over steps in between"
        )
        who = parser.add_argument_group("who is in a canary (with set; what is not given stays as it is)")
        who.add_argument("--percent", help="of the clients, 0 to 100")
        who.add_argument("--user", action="append", metavar="NAME", help="a user name; repeat it for several")
        who.add_argument("--group", action="append", metavar="NAME", help="a group; repeat it for several")
        who.add_argument("--header", help="a request header: X-Canary, or with its value 'X-Canary: yes'")
        parser.add_argument(
            "--sample", metavar="PERCENT", help="of the requests that are compared (with set)"
        )
        parser.add_argument(
            "--every",
            type=int,
            metavar="MINUTES",
            help="take the next steps by schedule while the gate holds; 0 stops it (with set and promote)",
        )

        parser.add_argument(
            "--days", type=int, default=DAYS, help=f"without legacy that it takes to retire ({DAYS})"
        )

    def serve(self, **options: Any) -> None:
        actions: dict[str, Callable[..., None]] = {
            "list": self.list_all,
            "show": self.show_one,
            "set": self.set_mode,
            "promote": self.promote,
            "rollback": self.roll_back,
            "recount": self.recount,
            "mismatches": self.tell_mismatches,
            "retire": self.tell_retirement,
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
        status = status_named(" ".join(words))
        if json:
            self.print_json(asdict(status))
        else:
            fields = {name: value for name, value in asdict(status).items() if name != "evidence"}
            for part in (fields_table(fields), *traffic_tables([status])):
                self.console.print(part)

    def set_mode(self, *, words: list[str], **options: Any) -> None:
        if len(words) < 2:
            raise RoutingError(
                "set needs an endpoint and a mode: cqrs_endpoint set 'GET orders:order-list' shadow"
            )
        *endpoint, mode = words
        setting = setting_of(" ".join(endpoint), named_mode(mode), **options)
        self.tell(switch(" ".join(endpoint), setting, by=operator(), **changing(options)), options)

    def promote(self, *, words: list[str], every: int | None, **options: Any) -> None:
        self.tell(promote(" ".join(words), by=operator(), every=every, **changing(options)), options)

    def roll_back(self, *, words: list[str], **options: Any) -> None:
        legacy = Setting(mode=Mode.LEGACY)
        self.tell(switch(" ".join(words), legacy, by=operator(), **changing(options)), options)

    def recount(self, *, words: list[str], reason: str, dry_run: bool, **options: Any) -> None:
        done = recount(" ".join(words), by=operator(), reason=reason, dry_run=dry_run)
        self.tell(done, {**options, "dry_run": dry_run})

    def tell(self, switched: Switched, options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json({**asdict(switched), "dry_run": options["dry_run"]})
        else:
            self.stdout.write(sentence(switched, dry_run=options["dry_run"]))

    def tell_mismatches(self, *, words: list[str], json: bool, **options: Any) -> None:
        found = mismatches_of(" ".join(words))
        if json:
            self.print_json([mismatch_as_json(mismatch) for mismatch in found])
        else:
            for part in mismatch_parts(found):
                self.console.print(part)

    def tell_retirement(self, *, words: list[str], days: int, json: bool, **options: Any) -> None:
        found = retirement_of(" ".join(words), days=days)
        if json:
            self.print_json(found.as_json)
        else:
            for line in printed(found):
                self.console.print(line)
        if not found.is_ready:
            sys.exit(1)

    def tell_history(self, *, words: list[str], json: bool, **options: Any) -> None:
        changes = history(" ".join(words))
        if json:
            self.print_json([model_to_dict(change, exclude=["id"]) for change in changes])
        else:
            self.console.print(history_table(changes))


def changing(options: dict[str, Any]) -> dict[str, Any]:
    """What every change takes."""
    return {name: options[name] for name in ("reason", "force", "dry_run")}


def setting_of(
    endpoint: str, mode: Mode, *, sample: str | None, every: int | None, **options: Any
) -> Setting:
    return Setting(
        mode=mode,
        canary=canary_asked_for(endpoint, **options) if mode is Mode.CANARY else None,
        sample_percent=None if sample is None else percentage(sample),
        promote_every=every,
    )


def canary_asked_for(
    endpoint: str,
    *,
    percent: str | None,
    user: list[str] | None,
    group: list[str] | None,
    header: str | None,
    **options: Any,
) -> Canary | None:
    """The canary that is there, with what was asked for in place; None where nothing was."""
    if (percent, user, group, header) == (None, None, None, None):
        return None
    row = EndpointMode.objects.filter(pk=endpoint).first() or EndpointMode(pk=endpoint)
    asked = canary(percent=percent or 0, users=user or (), groups=group or (), header=header or "")
    return Canary(
        percent=row.percent if percent is None else asked.percent,
        users=tuple(row.users) if user is None else asked.users,
        groups=tuple(row.groups) if group is None else asked.groups,
        header=row.header if header is None else asked.header,
    )


def status_named(name: str) -> EndpointStatus:
    endpoints.get(name)
    return next(status for status in endpoint_statuses() if status.endpoint == name)


def mismatches_of(name: str) -> list[Mismatch]:
    """The kinds that were found of an endpoint since it is in its mode, the most frequent first."""
    endpoints.get(name)
    row = EndpointMode.objects.filter(pk=name).first()
    found = Mismatch.objects.filter(endpoint=name, stint=row.stint if row else 0)
    return list(found.order_by("-count", "pk").prefetch_related("examples"))


def mismatch_as_json(mismatch: Mismatch) -> dict[str, Any]:
    fields = model_to_dict(mismatch, exclude=["id", "parts"])
    return {
        **fields,
        "examples": [model_to_dict(one, exclude=["id", "mismatch"]) for one in mismatch.examples.all()],
    }


def history(name: str) -> list[ModeChange]:
    """The changes of one endpoint, even of one that is declared no more; without a name, of all."""
    changes = ModeChange.objects.filter(endpoint=name) if name else ModeChange.objects.all()
    found = list(changes)
    if name and not found:
        endpoints.get(name)
    return found


def sentence(switched: Switched, *, dry_run: bool) -> str:
    name = switched.endpoint
    if not switched.changed:
        return f"{name} is in {switched.new.value} already."
    if (switched.old, switched.old_canary) == (switched.new, switched.new_canary):
        verb = "would stay" if dry_run else "stays"
        return f"{name} {verb} in {switched.new.value}; evidence is counted anew."
    verb = "would go" if dry_run else "went"
    lacking = f" Without the gate: {'; '.join(switched.lacking)}." if switched.lacking else ""
    return f"{name} {verb} {switched}.{lacking}"


def operator() -> str:
    """Who runs the command; a container's user may have no name."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        return f"user {os.getuid()} (command line)"
