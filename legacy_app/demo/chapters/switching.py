"""There and back: both endpoints change sides several times."""

from cqrs_routing.modes.mode import Mode
from legacy_app.demo.clients import Habits
from legacy_app.demo.measurements import READ, WRITE
from legacy_app.demo.stage import Stage
from legacy_app.demo.switches import obedience

ROUNDS = 3


def there_and_back(stage: Stage) -> None:
    stage.clients.habits = Habits(may_wish=True)
    for _ in range(ROUNDS):
        for mode in (Mode.LEGACY, Mode.CQRS):
            stage.switch(READ, mode)
            stage.switch(WRITE, mode)
            stage.play(0.3 / ROUNDS / 2)
    tell_switches(stage, ROUNDS * 4)


def tell_switches(stage: Stage, count: int) -> None:
    """Say how fast the last ``count`` switches were obeyed."""
    results = obedience(stage.switches, stage.measurements.taken())[-count:]
    longest = max(result.seconds for result in results)
    what = "The switch was" if count == 1 else f"{count} switches were each"
    stage.narrator.say(f"{what} obeyed by every web process within {longest:.2f} s")
    stage.narrator.say(stage.load())
