"""What is told about a run: a document for machines, one line for people."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS

from cqrs_read.compute.chunk import estimated_rows
from cqrs_read.declaration.projection import projection_of
from cqrs_read.declaration.read_model import ReadModel, read_models
from cqrs_read.models import BackfillRun

State = BackfillRun.State


def reports(name: str | None = None) -> list[BackfillRun]:
    """The newest run of each kind of the read model ``name``, or of all."""
    aliases = sorted({projection_of(model).target for model in read_models()} or {DEFAULT_DB_ALIAS})
    found: list[BackfillRun] = []
    for using in aliases:
        runs = BackfillRun.objects.using(using).order_by("-pk")
        newest: dict[tuple[str, str], BackfillRun] = {}
        for run in runs.filter(read_model__startswith=name) if name else runs:
            newest.setdefault((run.read_model, run.kind), run)
        found += newest.values()
    return sorted(found, key=lambda run: run.read_model)


def time_left(read_model: type[ReadModel], run: BackfillRun) -> float | None:
    """Seconds that ``run`` will still be at work, if nothing holds it; None where it is not known."""
    if run.state not in (State.RUNNING, State.PAUSED) or not run.busy_seconds:
        return None
    return max(0, estimated_rows(read_model) - run.rows) * run.busy_seconds / max(run.rows, 1)


def report_of(run: BackfillRun) -> dict[str, Any]:
    """Everything about ``run`` by name; seconds, rows and rows a second are numbers."""
    return {
        "read_model": run.read_model,
        "kind": run.kind,
        "state": run.state,
        "reason": run.reason,
        "cursor": run.cursor,
        "rows": run.rows,
        "differences": run.differences,
        "findings": run.findings,
        "seconds": run.seconds,
        "busy_seconds": round(run.busy_seconds, 3),
        "throttled_seconds": round(run.throttled_seconds, 3),
        "throttled_by": run.throttled_by,
        "chunk": run.chunk,
        "rate": round(run.rate),
        "error": run.error,
        "owner": run.owner,
    }


def line_of(run: BackfillRun) -> str:
    """Where ``run`` stands, and what to do about it."""
    name, rows = run.read_model, f"{run.rows:,} rows"
    if run.kind == BackfillRun.Kind.VERIFY:
        since = f"{run.started_at:%Y-%m-%d %H:%M}"
        return (
            f"{name}: verify is {run.state}, {rows} compared since {since}, {run.differences:,} differences"
        )
    match run.state:
        case State.DONE:
            held = (
                f", {run.throttled_seconds:.1f} s of them throttled" if run.throttled_seconds >= 0.1 else ""
            )
            return f"{name}: {rows} in {run.seconds:.1f} s{held}"
        case State.PAUSED:
            why = f" ({run.reason})" if run.reason else ""
            command = "cqrs_rebuild" if run.kind == BackfillRun.Kind.REBUILD else "cqrs_backfill"
            go_on = f"manage.py {command} {name.removesuffix('@next')} goes on from there"
            return f"{name}: paused at key {run.cursor} after {rows}{why}; {go_on}"
        case State.FAILED:
            return f"{name}: failed after {rows}: {run.error}"
        case State.CANCELLED:
            return f"{name}: cancelled after {rows}"
    holds = f"; waits: {run.throttled_by}" if run.throttled_by else f" at {run.rate:,.0f} rows/s"
    return f"{name}: {run.kind} is running, {rows}{holds}"
