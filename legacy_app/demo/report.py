"""The outcome as tables for people."""

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from legacy_app.demo.outcome import Outcome, slowest
from legacy_app.demo.switches import PROMISED_SECONDS
from legacy_app.demo.trial_table import trial_table

SHOWN = 5


def report(outcome: Outcome) -> RenderableType:
    complaints = {
        "Errors": outcome.errors,
        "Differences": outcome.differences,
        "Lost": outcome.lost,
        "Broken": outcome.trials.broken,
    }
    tables = [endpoint_table(outcome), trial_table(outcome.trials), promise_table(outcome)]
    parts: list[RenderableType] = [Text(), *tables]
    for title, lines in complaints.items():
        if lines:
            parts.append(Text(f"{title}: {len(lines)}, for example", style="bold red"))
            parts += [Text(f"  {line}") for line in lines[:SHOWN]]
    return Group(*parts)


def endpoint_table(outcome: Outcome) -> Table:
    table = Table(box=SIMPLE_HEAD, title="Every request", title_justify="left", title_style="bold")
    table.add_column("endpoint", no_wrap=True)
    table.add_column("side")
    for name in ("requests", "errors", "p50 ms", "p95 ms", "p99 ms", "queries"):
        table.add_column(name, justify="right")
    for item in outcome.figures:
        times = [f"{value:,.1f}" for value in (item.p50_ms, item.p95_ms, item.p99_ms)]
        table.add_row(
            item.endpoint, item.side, f"{item.requests:,}", verdict(item.errors), *times, f"{item.queries:,}"
        )
    return table


def promise_table(outcome: Outcome) -> Table:
    promises = outcome.promises
    table = Table(box=SIMPLE_HEAD, title="Every promise", title_justify="left", title_style="bold")
    table.add_column("what", no_wrap=True)
    table.add_column("found", justify="right")
    table.add_column("how it was found")
    rows: list[tuple[str, Text | str, Text | str]] = [
        ("errors", verdict(len(outcome.errors)), "failed requests and failed legacy writes"),
        (
            "differences",
            verdict(len(outcome.differences)),
            "read model against source, answer against answer",
        ),
        ("lost", verdict(len(outcome.lost)), "orders missing or there twice, looked for by their notes"),
        ("orders placed", f"{promises.created:,}", "answered with 201"),
        ("commands accepted", f"{promises.accepted:,}", f"answered with 202: {command_fates(outcome)}"),
        ("legacy writes", f"{outcome.writes.total():,}", f"{len(outcome.writes)} kinds, none knows of CQRS"),
        (
            "switches",
            f"{len(outcome.switches)}",
            switching(outcome),
        ),
        (
            "lag",
            f"{outcome.lag_last * 1000:,.0f} ms",
            f"at the end; p99 {outcome.lag_p99 * 1000:,.0f} ms, longest {outcome.lag_longest * 1000:,.0f} ms",
        ),
        ("fallbacks", f"{outcome.fallbacks.total():,}", falling_back(outcome)),
        ("tracebacks", f"{sum(outcome.tracebacks.values())}", where(outcome)),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def command_fates(outcome: Outcome) -> str:
    promises = outcome.promises
    return f"{promises.done:,} done, {promises.dead:,} dead with a cause"


def switching(outcome: Outcome) -> Text:
    seconds = slowest(outcome.switches)
    processes = max((item.processes for item in outcome.switches), default=0)
    every = "the web process" if processes == 1 else f"all {processes} web processes"
    text = f"obeyed by {every} within {seconds:.2f} s (promised: {PROMISED_SECONDS:.0f} s)"
    if seconds > PROMISED_SECONDS:
        slow = max(outcome.switches, key=lambda item: item.seconds).switch
        text += f": {slow.endpoint} to {slow.mode}"
    return Text(text, style="red" if seconds > PROMISED_SECONDS else "")


def falling_back(outcome: Outcome) -> str:
    reasons = [reason for reason, _ in outcome.fallbacks.most_common(1)]
    return reasons[0] if reasons else "legacy answers while a read model cannot"


def where(outcome: Outcome) -> str:
    guilty = [f"{name} {count}" for name, count in outcome.tracebacks.items() if count]
    text = f"in the logs of: {', '.join(guilty)}" if guilty else "in the logs of the processes"
    errors = outcome.trials.tester_errors
    return f"{text}, with those of the errors that the tester has asked for" if errors else text


def verdict(count: int) -> Text:
    return Text(f"{count:,}", style="red" if count else "green")
