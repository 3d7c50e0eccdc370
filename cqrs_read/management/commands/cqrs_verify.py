import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from cqrs_read.progress import progress_bar
from cqrs_read.read_model import read_model_named
from cqrs_read.verify import Verified, repair, verify
from cqrs_write.cli import ServiceCommand

SHOWN = 20


class Command(ServiceCommand):
    help = "Compare a read model with its source while the system runs. Exit code 1 if they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("read_model", help="its name, e.g. orders_cqrs.OrderSummary")
        parser.add_argument("--repair", action="store_true", help="compute the rows that differ anew")

    def serve(self, *, read_model: str, repair: bool, json: bool, **options: Any) -> None:
        model = read_model_named(read_model)
        with progress_bar(self.stderr, read_model) as show:
            verified = verify(model, on_chunk=show)
        if json:
            self.print_json({"read_model": read_model, **asdict(verified)})
        else:
            self._print(read_model, verified)
        if verified.differences and repair:
            changed = _repair(model, verified.differences)
            self.stderr.write(
                f"{read_model}: repaired, {changed.written} rows written, {changed.deleted} deleted"
            )
        elif verified.differences:
            sys.exit(1)

    def _print(self, read_model: str, verified: Verified) -> None:
        count = len(verified.differences)
        self.stdout.write(f"{read_model}: {verified.rows:,} rows compared, {count:,} differences")
        for item in verified.differences[:SHOWN]:
            self.stdout.write(f"  key {item.key}: {item.kind} {', '.join(item.columns)}".rstrip())
        if count > SHOWN:
            self.stdout.write(f"  … and {count - SHOWN:,} more: --json lists all")


_repair = repair
