import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from cqrs_read.declaration.read_model import read_model_named
from cqrs_read.progress import progress_bar
from cqrs_read.verify import Difference, Verified, verify
from cqrs_write.cli import ServiceCommand

SHOWN = 20
WIDTH = 60
"""Characters of a value that are shown."""


class Command(ServiceCommand):
    help = "Compare a read model with its source while the system runs. Exit code 1 if they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("read_model", help="its name, e.g. orders_cqrs.OrderSummary")
        parser.add_argument("--repair", action="store_true", help="compute the rows that differ anew")

    def serve(self, *, read_model: str, repair: bool, json: bool, **options: Any) -> None:
        model = read_model_named(read_model)
        with progress_bar(self.stderr, read_model) as show:
            verified = verify(model, mend=repair, on_chunk=show)
        if json:
            self.print_json({"read_model": read_model, **asdict(verified)})
        else:
            self._print(read_model, verified)
        if verified.found and repair:
            changed = verified.repaired
            self.stderr.write(
                f"{read_model}: repaired, {changed.written} rows written, {changed.deleted} deleted, "
                f"{verified.remaining} still differ"
            )
        if verified.remaining:
            sys.exit(1)

    def _print(self, read_model: str, verified: Verified) -> None:
        waiting = f" ({verified.pending:,} keys not refreshed yet left out)" if verified.pending else ""
        self.stdout.write(
            f"{read_model}: {verified.rows:,} rows compared, {verified.found:,} differences{waiting}"
        )
        for item in verified.differences[:SHOWN]:
            for line in _lines(item):
                self.stdout.write(f"  {line}")
        if verified.found > SHOWN:
            more = verified.found - SHOWN
            self.stdout.write(f"  … and {more:,} more: --json lists {len(verified.differences):,}")


def _lines(item: Difference) -> list[str]:
    """The key, and below it column by column what is wanted and what is there."""
    values = [
        f"  {column}: {_short(wanted)} is wanted, {_short(there)} is there"
        for column, (wanted, there) in zip(item.columns, item.values, strict=True)
    ]
    return [f"key {item.key}: {item.kind} {', '.join(item.columns)}".rstrip(), *values]


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
