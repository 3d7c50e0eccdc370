"""How statuses look in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from rich.table import Table
from rich.text import Text

from cqrs_routing.models import Mismatch, ModeChange
from cqrs_routing.modes.canary import Canary
from cqrs_routing.status import EndpointStatus

if TYPE_CHECKING:
    from cqrs_read.lag import ReadModelStatus
    from cqrs_routing.switching.guard import Watched
    from cqrs_write.queues import QueueStatus
    from cqrs_write.trimming import Size

IDENTITIES = {"endpoint", "read model", "queue"}
"""Columns of names that are copied from the terminal, and so stay in one piece."""


DIFF_LINES = 9
"""Lines of an example's difference that a terminal shows."""


def endpoint_table(statuses: Iterable[EndpointStatus]) -> Table:
    return table(
        "Endpoints",
        ["endpoint", "mode", "served by", "since", "by", "reason"],
        ([s.endpoint, mode_of(s), s.side, s.since, s.by, s.reason] for s in statuses),
    )


def mode_of(status: EndpointStatus) -> str:
    return f"{status.mode} ({status.canary})" if status.canary else status.mode


def traffic_tables(statuses: Sequence[EndpointStatus]) -> Iterable[Table]:
    """How the sides do, each endpoint since it is in its mode; nothing of those that nobody has asked."""
    traffic = [row for status in statuses for row in traffic_rows(status)]
    if traffic:
        columns = ["endpoint", "side", "requests", "errors", "p50", "p95", "fallbacks"]
        yield table("Traffic since the last change of mode", columns, traffic)
    compared = [row for status in statuses if any((row := comparison_row(status))[1:])]
    if compared:
        columns = ["endpoint", "compared", "differ", "inconclusive", "shed"]
        yield table("Comparisons since then", columns, compared)


def traffic_rows(status: EndpointStatus) -> Iterable[Sequence[Any]]:
    seen = status.evidence
    for name, side in (("legacy", seen.legacy), ("cqrs", seen.cqrs), ("shadow", seen.shadow)):
        if side.requests:
            times = [milliseconds(side.p50_ms), milliseconds(side.p95_ms)]
            yield [status.endpoint, name, side.requests, side.errors, *times, side.fallbacks]


def comparison_row(status: EndpointStatus) -> Sequence[Any]:
    seen = status.evidence
    return [status.endpoint, seen.compared, seen.mismatched, seen.inconclusive, seen.shed]


def obstacles(statuses: Iterable[EndpointStatus]) -> list[Text]:
    """Why endpoints are served by legacy although their mode says otherwise, a line each."""
    return [Text(f"  {s.endpoint}: {s.obstacle}") for s in statuses if s.obstacle]


def read_model_table(statuses: Iterable[ReadModelStatus]) -> Table:
    return table(
        "Read models",
        ["read model", "state", "rows", "lag", "pending", "backlog"],
        ([s.name, s.state, s.rows, seconds(s.lag_seconds), s.pending, s.backlog] for s in statuses),
    )


def reasons(statuses: Iterable[ReadModelStatus]) -> list[Text]:
    """What is wrong with read models, a line each: a remedy is copied from the terminal in one piece."""
    lines: list[str] = []
    for s in statuses:
        again = f" (next try at {timezone.localtime(s.retry_at):%H:%M:%S})" if s.retry_at else ""
        if s.reason:
            lines.append(f"{s.name}: {s.reason.removeprefix(s.name).lstrip(': ')}{again}")
        lines += [f"{s.name}: parked key {example}" for example in s.parked]
    return [Text(f"  {line}") for line in lines]


def queue_table(statuses: Iterable[QueueStatus]) -> Table:
    return table(
        "Queues",
        ["queue", "waiting", "running", "retrying", "dead", "oldest"],
        ([s.queue, s.waiting, s.running, s.retrying, s.dead, seconds(s.oldest_seconds)] for s in statuses),
    )


def change_log_alarm(size: Size) -> Text:
    """What to tell of a change log that fills up."""
    return Text(
        f"The change log of '{size.using}' is at {size.share:.0%} of its cap: a read model is far behind. "
        "Run: manage.py cqrs_trim",
        style="bold red",
    )


def guard_table(watched: Iterable[Watched]) -> Table:
    return table(
        "Guard",
        ["endpoint", "verdict", "failures", "taken back", "reason"],
        ([w.endpoint, w.finding, w.failures, "yes" if w.taken_back else "", w.reason] for w in watched),
    )


def mismatch_parts(mismatches: Sequence[Mismatch]) -> Iterable[Table | Text]:
    """The kinds of mismatches, why others could not be told, and the first example of each kind."""
    told = [m for m in mismatches if not m.is_inconclusive]
    yield table(
        "Mismatches since the last change of mode",
        ["times", "kind", "first", "last"],
        ([m.count, m.title, m.first_at, m.last_at] for m in told),
    )
    if untold := [m for m in mismatches if m.is_inconclusive]:
        yield table(
            "Inconclusive since then",
            ["times", "reason", "first", "last"],
            ([m.count, m.title, m.first_at, m.last_at] for m in untold),
        )
    for mismatch in told:
        example = mismatch.examples.first()
        if example is not None:
            yield Text(f"\n{mismatch.title}\n{example.request}", style="bold")
            yield Text(shortened(example.diff))


def shortened(diff: str) -> str:
    """The first lines; the admin and ``--json`` have all."""
    lines = diff.splitlines()
    return "\n".join([*lines[:DIFF_LINES], "…"] if len(lines) > DIFF_LINES else lines)


def comparison_table(outcomes: Mapping[tuple[str, str], int]) -> Table:
    return table(
        "Compared",
        ["endpoint", "outcome", "requests"],
        ([endpoint, outcome, count] for (endpoint, outcome), count in sorted(outcomes.items())),
    )


def history_table(changes: Iterable[ModeChange]) -> Table:
    return table(
        "Mode changes, the latest first",
        ["at", "endpoint", "from", "to", "by", "reason"],
        ([c.at, c.endpoint, c.old, became(c), c.by, c.reason] for c in changes),
    )


def became(change: ModeChange) -> str:
    """What the endpoint went to, and that it was forced to where it was."""
    canary = f" ({Canary.from_json(change.canary)})" if change.canary else ""
    return f"{change.new}{canary}{' (forced)' if change.forced else ''}"


def fields_table(fields: Mapping[str, Any]) -> Table:
    shown = Table(box=None, show_header=False)
    for name, value in fields.items():
        shown.add_row(Text(name, style="bold"), cell(value))
    return shown


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    shown = Table(title=title, title_justify="left")
    for column in columns:
        shown.add_column(column, no_wrap=column in IDENTITIES, overflow="fold")
    for row in rows:
        shown.add_row(*map(cell, row))
    return shown


def cell(value: Any) -> Text:
    """``value`` as plain text: brackets in it are no markup."""
    if value is None:
        return Text("")
    if isinstance(value, datetime):
        return Text(timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S"))
    if isinstance(value, list):
        return Text(", ".join(map(str, value)))
    return Text(str(value))


def milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} ms"


def seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"
