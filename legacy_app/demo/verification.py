"""Verification of every read model, with a bar."""

from cqrs_read.declaration.read_model import name_of, read_models
from cqrs_read.progress import progress_bar
from cqrs_read.verify import verify
from legacy_app.demo.stage import Stage


def verify_all(stage: Stage) -> None:
    """Compare every read model with its source; what differs is kept with the run's differences."""
    for read_model in read_models():
        name = name_of(read_model)
        with progress_bar(stage.narrator.stream, f"  verify {name}") as show:
            verified = verify(read_model, on_chunk=show)
        stage.check()
        stage.differences += [
            f"{name} {item.key}: {item.kind} {', '.join(item.columns)}" for item in verified.differences
        ]
        stage.narrator.say(f"{name}: {verified.rows:,} rows compared, {verified.found} differences")
