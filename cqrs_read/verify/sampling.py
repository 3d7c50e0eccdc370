"""The sampling verifier: compares a slice of every read model now and then, round and round, for as long as it lives.

A difference that it finds means a hole in capture. It is reported whatever is done about it.
"""

import logging
import time
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from cqrs_read.backfill.owner import claim, release
from cqrs_read.backfill.size import FIRST, Pace, tuned
from cqrs_read.backfill.states import State, move
from cqrs_read.conf import settings
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, name_of, read_models
from cqrs_read.declaration.refused import without_refused
from cqrs_read.exceptions import AlreadyWorkedAt, ProjectionError
from cqrs_read.models import BackfillRun
from cqrs_read.standing.state import reason_not_current, state_of
from cqrs_read.verify.compare import Compared, compare, repair, still_there
from cqrs_read.verify.differences import Difference

logger = logging.getLogger(__name__)

EXAMPLES = 20
"""Differences that a run keeps."""

CHUNK_SHARE = 0.2
"""Of the time of one call that one chunk aims to take."""


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """What one call has compared of a read model, and found."""

    read_model: str
    rows: int
    differences: int


def sample_all() -> list[Sampled]:
    """A slice of each read model that may be served."""
    return [sample(model) for model in without_refused(read_models()) if _is_current(model)]


def _is_current(read_model: type[ReadModel]) -> bool:
    try:
        return not reason_not_current(read_model, state_of(read_model))
    except ProjectionError:
        return False  # it must not keep the others from being compared; a check says so


def sample(read_model: type[ReadModel], *, seconds: float | None = None) -> Sampled:
    """Compare the next rows of ``read_model``, from where the last call stopped; from the first after the last.

    Args:
        seconds: after which it stops; ``SAMPLE_SECONDS`` if not given.
    """
    run = _run_of(read_model)
    try:
        claim(run)
    except AlreadyWorkedAt:
        return Sampled(read_model=name_of(read_model), rows=0, differences=0)
    try:
        return _sample(read_model, run, settings().sample_seconds if seconds is None else seconds)
    finally:
        release(run)


def _sample(read_model: type[ReadModel], run: BackfillRun, limit: float) -> Sampled:
    begun, rows, found = time.monotonic(), 0, 0
    while run.state == State.RUNNING:
        chunk_begun = time.monotonic()
        compared = compare(read_model, run.cursor, run.chunk or FIRST)
        rows, found = rows + compared.range.keys, found + len(compared.differences)
        if compared.differences:
            _report(read_model, run, compared)
        pace = Pace(size=run.chunk or FIRST, rate=run.rate)
        taken = time.monotonic() - chunk_begun
        run = _move_on(
            run, compared, tuned(pace, keys=compared.range.keys, seconds=taken, aim=limit * CHUNK_SHARE)
        )
        if time.monotonic() - begun >= limit:
            break
    return Sampled(read_model=name_of(read_model), rows=rows, differences=found)


def _run_of(read_model: type[ReadModel]) -> BackfillRun:
    """The round that is under way, or that a person has paused; else a new one."""
    runs = BackfillRun.objects.using(projection_of(read_model).target)
    rounds = runs.filter(read_model=name_of(read_model), kind=BackfillRun.Kind.VERIFY)
    under_way = rounds.filter(state__in=[State.RUNNING, State.PAUSED]).order_by("-pk").first()
    if under_way:
        return under_way
    last = rounds.order_by("-pk").first()
    # Rounds without a difference leave one row in all, not one for each.
    rounds.filter(state=State.DONE, differences=0).delete()
    run, _ = runs.get_or_create(
        read_model=name_of(read_model),
        kind=BackfillRun.Kind.VERIFY,
        state=State.RUNNING,
        defaults={"chunk": last.chunk if last else 0, "rate": last.rate if last else 0.0},
    )
    return run


def _move_on(run: BackfillRun, compared: Compared, pace: Pace) -> BackfillRun:
    run.chunk, run.rate = pace.size, pace.rate
    run.rows, run.cursor = run.rows + compared.range.keys, compared.range.up_to
    run.touched_at = timezone.now()
    run.save(update_fields=["chunk", "rate", "rows", "cursor", "touched_at"])
    if compared.range.is_last:
        move(run, State.DONE, finished_at=timezone.now())
    run.refresh_from_db(fields=["state"])
    return run


def _report(read_model: type[ReadModel], run: BackfillRun, compared: Compared) -> None:
    """Log what differs, keep examples in the run, and mend it where the setting says so."""
    found = compared.differences
    mended = settings().sample_repair
    logger.error(
        "%s: %d rows differ from their source, which capture should have told: %s. %s",
        name_of(read_model),
        len(found),
        "; ".join(
            f"key {item.key} {item.kind} {', '.join(item.columns)}".rstrip() for item in found[:EXAMPLES]
        ),
        "They are computed anew." if mended else f"Run: manage.py cqrs_verify {name_of(read_model)} --repair",
    )
    run.differences += len(found)
    run.findings = [*run.findings, *map(_example, found)][:EXAMPLES]
    run.save(update_fields=["differences", "findings"])
    if mended:
        repair(read_model, found)
        if remaining := still_there(read_model, found):
            logger.error("%s: %d of them still differ", name_of(read_model), len(remaining))


def _example(item: Difference) -> dict[str, Any]:
    """``item`` as JSON: of each column what is wanted and what is there, as text."""
    values = {
        column: [str(wanted)[:200], str(there)[:200]]
        for column, (wanted, there) in zip(item.columns, item.values, strict=True)
    }
    return {"key": item.key, "kind": item.kind, "columns": values, "at": timezone.now().isoformat()}
