"""``manage.py cqrs_guard``: look after the endpoints that the new side answers."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.db import Error as DatabaseError
from django.db import close_old_connections

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.switching.guard import Watched, watch
from cqrs_routing.switching.promotion import promote_scheduled
from cqrs_routing.tables import guard_table
from cqrs_write.cli import ServiceCommand, one_line


class Command(ServiceCommand):
    requires_system_checks = []  # It must be able to take back whatever else is wrong.

    help = (
        "Compare the new side of every endpoint in canary and cqrs with legacy, take back what has failed, "
        "and promote what is due by schedule. Once, or again and again with --follow."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--follow", action="store_true", help="go on until Ctrl-C")
        parser.add_argument(
            "--interval", type=float, default=2.0, metavar="SECONDS", help="between two looks (2)"
        )

    def serve(self, *, follow: bool, interval: float, json: bool, **options: Any) -> None:
        if follow:
            self.stdout.write(f"Looking after {len(endpoints.names)} endpoints. Stop with Ctrl-C.")
        while follow:
            self.look_and_go_on()
            time.sleep(interval)
        watched = watch()
        promote_scheduled()
        if json:
            self.print_json([asdict(one) for one in watched])
        else:
            self.console.print(guard_table(watched))

    def look_and_go_on(self) -> None:
        """One look; a database that is away for a moment is no reason to end."""
        try:
            for one in watch():
                if one.taken_back:
                    self.stdout.write(took_back(one))
            for switched in promote_scheduled():
                self.stdout.write(f"{switched.endpoint} went {switched}.")
        except DatabaseError as error:
            self.stderr.write(f"Database: {one_line(error)}")
        finally:
            close_old_connections()


def took_back(watched: Watched) -> str:
    return f"{watched.endpoint} is taken back to legacy: {watched.reason}"
