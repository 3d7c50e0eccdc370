"""The endpoints move to the new side, and back, and over again."""

from legacy_app.demo.measurements import READ, WRITE
from legacy_app.demo.stage import Stage
from legacy_app.demo.switches import obedience

ROUNDS = 3


def move_reads(stage: Stage) -> None:
    move(stage, READ)


def move_writes(stage: Stage) -> None:
    move(stage, WRITE)


def move(stage: Stage, endpoint: str) -> None:
    stage.switch(endpoint, "cqrs")
    stage.play(0.2)
    for item in stage.measurements.figures():
        if item.endpoint == endpoint:
            stage.narrator.say(
                f"by {item.side}: {item.p50_ms:,.0f} ms in the median, {item.queries:,} queries"
            )
    tell_switches(stage, 1)


def there_and_back(stage: Stage) -> None:
    for _ in range(ROUNDS):
        for mode in ("legacy", "cqrs"):
            stage.switch(READ, mode)
            stage.switch(WRITE, mode)
            stage.play(0.35 / ROUNDS / 2)
    tell_switches(stage, ROUNDS * 4)


def tell_switches(stage: Stage, count: int) -> None:
    """Say how fast the last ``count`` switches were obeyed."""
    results = obedience(stage.switches, stage.measurements.taken())[-count:]
    longest = max(result.seconds for result in results)
    what = "The switch was" if count == 1 else f"{count} switches were each"
    stage.narrator.say(f"{what} obeyed by every web process within {longest:.2f} s")
    stage.narrator.say(stage.load())
