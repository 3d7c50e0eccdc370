"""A management command that ends with one clear line where others show a traceback."""

import json
from argparse import ArgumentParser
from typing import IO, Any, NoReturn, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from django.db import OperationalError
from rich.console import Console

from cqrs_write.exceptions import CqrsError

USAGE = 2
INTERRUPTED = 130
"""As shells report what Ctrl-C has ended."""


class ServiceCommand(BaseCommand):
    """Runs :meth:`serve`; an error that the user can mend becomes one line and exit code 2."""

    requires_migrations_checks = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Django's, which ends in one line, without the usage that ``--help`` prints."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)

        def refuse(message: str) -> NoReturn:
            if not self._called_from_command_line:  # type: ignore[attr-defined]
                raise CommandError(f"Error: {message}", returncode=USAGE)
            parser.exit(USAGE, f"{parser.prog}: {message}. See --help.\n")

        parser.error = refuse  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print JSON for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.serve(**options)
        except CqrsError as error:
            raise CommandError(str(error), returncode=USAGE) from error
        except KeyboardInterrupt as error:
            raise CommandError("Stopped by Ctrl-C.", returncode=INTERRUPTED) from error
        except DatabaseError as error:
            raise CommandError(f"Database: {_first_line(error)}{_remedy(error)}", returncode=USAGE) from error

    def serve(self, *args: Any, **options: Any) -> None:
        """Do the work. Raises CqrsError for what the user can mend."""
        raise NotImplementedError(f"{type(self).__module__} lacks serve()")

    def print_json(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, indent=2, default=str))

    @property
    def console(self) -> Console:
        """A rich console over ``self.stdout``, so that ``call_command(stdout=…)`` sees it too."""
        return Console(file=cast(IO[str], self.stdout), soft_wrap=True, highlight=False)


NOT_MIGRATED = {"42P01", "42703"}
"""PostgreSQL's codes for a table, and for a column, that is not there."""


def _remedy(error: DatabaseError) -> str:
    """A table or a column that is not there yet; SQLite has no codes for that."""
    missing = getattr(error.__cause__, "sqlstate", None) in NOT_MIGRATED or str(error).startswith(
        ("no such table", "no such column")
    )
    return ". Run: manage.py migrate" if missing else ""


def _first_line(error: DatabaseError) -> str:
    """What PostgreSQL says below it are the statement and a row's values. It may be several attempts to connect."""
    return one_line(error) if isinstance(error, OperationalError) else str(error).partition("\n")[0]


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
