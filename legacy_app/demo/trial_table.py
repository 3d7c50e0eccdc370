"""The ways to the new side as a table for people."""

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.table import Table

from legacy_app.demo.trials import OwnWrites, Step, TakenBack, Trial, Trials

Row = tuple[str, str, str]


def trial_table(trials: Trials) -> Table:
    table = Table(box=SIMPLE_HEAD, title="Every safeguard", title_justify="left", title_style="bold")
    table.add_column("what", no_wrap=True)
    table.add_column("found", no_wrap=True)
    table.add_column("how it went on")
    for row in rows(trials):
        table.add_row(*row)
    return table


def rows(trials: Trials) -> Iterator[Row]:
    for name, trial in (("shadow", trials.shadow), ("rehearsal", trials.rehearsal)):
        if trial:
            yield of_trial(name, trial)
    yield from map(of_step, trials.steps)
    yield from map(of_taken_back, trials.taken_back)
    if trials.own_writes:
        yield of_own_writes(trials.own_writes)


def of_trial(name: str, trial: Trial) -> Row:
    faulty, sound = trial.faulty, trial.sound
    return (
        f"{name} {trial.endpoint.partition(' ')[0]}",
        f"{faulty.mismatched} of {faulty.compared} differ",
        f"corrected: {sound.mismatched} of {sound.compared} differ, {sound.inconclusive} inconclusive",
    )


def of_step(step: Step) -> Row:
    new, old = step.cqrs, step.legacy
    return (
        f"canary {step.endpoint.partition(' ')[0]}, {step.percent:g} %",
        f"{new.errors} errors of {new.requests}",
        f"p95 {new.p95_ms or 0:,.0f} ms; legacy {old.errors} errors of {old.requests}, p95 {old.p95_ms or 0:,.0f} ms",
    )


def of_taken_back(one: TakenBack) -> Row:
    return f"guard, {one.mistake}", f"back in {one.seconds:.1f} s", one.reason


def of_own_writes(seen: OwnWrites) -> Row:
    return (
        "own writes",
        f"{seen.stale} stale of {seen.pairs}",
        f"{seen.by_legacy} answered by legacy; of {seen.forgotten} without their token {seen.stale_without} stale",
    )
