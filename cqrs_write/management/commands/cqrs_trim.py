from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.template.defaultfilters import filesizeformat

from cqrs_write.cli import ServiceCommand
from cqrs_write.trimming import Size, Trimmed, size, trim


class Command(ServiceCommand):
    help = "Delete from the change log what every read model has consumed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="alias")
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def serve(self, *, database: str, dry_run: bool, json: bool, **options: Any) -> None:
        trimmed, left = trim(database, dry_run=dry_run), size(database)
        if json:
            self.print_json(asdict(trimmed) | {"dry_run": dry_run, "size": asdict(left)})
        else:
            self._tell(trimmed, left, dry_run)

    def _tell(self, trimmed: Trimmed, left: Size, dry_run: bool) -> None:
        self.stdout.write(
            f"{'Would delete' if dry_run else 'Deleted'} {trimmed.rows} rows. {described(left)}"
        )
        if trimmed.slowest:
            self.stdout.write(f"Furthest behind: {trimmed.slowest}")
        for name in trimmed.given_up:
            self.stdout.write(f"{'Would give up' if dry_run else 'Given up, and to be repaired'}: {name}")


def described(size: Size) -> str:
    """One line for people."""
    return (
        f"The change log of '{size.using}' holds about {size.rows} rows, {filesizeformat(size.bytes)}: "
        f"{size.share:.0%} of what it may."
    )
