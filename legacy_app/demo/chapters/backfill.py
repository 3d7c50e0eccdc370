"""The read models are filled and verified, while everybody goes on working."""

from cqrs_read.backfill import backfill
from cqrs_read.declaration.read_model import name_of, read_models
from cqrs_read.fan_out.order import in_dependency_order
from cqrs_read.progress import progress_bar
from legacy_app.demo.stage import Stage
from legacy_app.demo.verification import verify_all


def fill(stage: Stage) -> None:
    for read_model in in_dependency_order(read_models()):
        with progress_bar(stage.narrator.stream, f"  backfill {name_of(read_model)}") as show:
            run = backfill(read_model, on_chunk=show)
        stage.narrator.say(
            f"{name_of(read_model)}: {run.rows:,} rows in {run.seconds:.1f} s, and nobody waited"
        )
    verify_all(stage)
