"""A management command that ends with one clear line where others show a traceback."""

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from rich.console import Console

from cqrs_write.exceptions import CqrsError

USAGE = 2


class ServiceCommand(BaseCommand):
    """Runs :meth:`serve`; an error that the user can mend becomes one line and exit code 2."""

    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.serve(**options)
        except CqrsError as error:
            raise CommandError(str(error), returncode=USAGE) from error
        except DatabaseError as error:
            raise CommandError(f"Database: {one_line(error)}{_remedy(error)}", returncode=USAGE) from error

    def serve(self, *args: Any, **options: Any) -> None:
        """Do the work. Raises CqrsError for what the user can mend."""
        raise NotImplementedError(f"{type(self).__module__} lacks serve()")

    def print_json(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, indent=2, default=str))

    @property
    def console(self) -> Console:
        """A rich console over ``self.stdout``, so that ``call_command(stdout=…)`` sees it too."""
        return Console(file=cast(IO[str], self.stdout), soft_wrap=True, highlight=False)


def _remedy(error: DatabaseError) -> str:
    """A table of ours that is not there: PostgreSQL and SQLite say so in their own words."""
    missing = any(text in str(error) for text in ("does not exist", "no such table"))
    return ". Run: manage.py migrate" if missing else ""


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
