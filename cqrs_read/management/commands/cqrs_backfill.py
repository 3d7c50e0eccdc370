from argparse import ArgumentParser
from typing import Any

from cqrs_read.backfill import backfill, running
from cqrs_read.progress import progress_bar
from cqrs_read.read_model import read_model_named
from cqrs_write.cli import ServiceCommand


class Command(ServiceCommand):
    help = "Fill a read model while the system runs. Ctrl-C stops it; the same command goes on from there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("read_model", help="its name, e.g. orders_cqrs.OrderSummary")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")

    def serve(self, *, read_model: str, dry_run: bool, json: bool, **options: Any) -> None:
        model = read_model_named(read_model)
        run = running(model)
        if dry_run:
            begun = f"go on after key {run.cursor}" if run and run.cursor else "begin with the first key"
            self.stdout.write(f"Would fill {read_model}: {begun}.")
            return
        with progress_bar(self.stderr, read_model) as show:
            run = backfill(model, on_chunk=show)
        seconds = run.seconds
        if json:
            self.print_json({"read_model": read_model, "rows": run.rows, "seconds": seconds})
        else:
            self.stdout.write(f"{read_model}: {run.rows:,} rows in {seconds:.1f} s")
