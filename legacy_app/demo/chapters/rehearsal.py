"""Order placing in shadow: the handler does each order in a transaction that is rolled back, before legacy does it."""

from io import StringIO

from django.core.management import call_command

from legacy_app.demo.chapters.trial import Mistake, correct, find
from legacy_app.demo.clients import Habits
from legacy_app.demo.measurements import WRITE
from legacy_app.demo.releases.placing import DRAFT
from legacy_app.demo.releases.release import Release
from legacy_app.demo.stage import Stage

MISTAKE = Mistake(
    endpoint=WRITE,
    release=Release(placing=DRAFT),
    expected=("orders_stockmovement: row missing", "task within the handler's transaction"),
)


def rehearse_writes(stage: Stage) -> None:
    """In the first part there is one writer at a time: what another one may have caused is no finding."""
    if stage.on_sqlite:
        stage.narrator.say("Not on SQLite, whose triggers cannot report rows that are rolled back.")
        return
    images(stage, "install", WRITE)
    stage.narrator.say(
        "The back office pauses: a difference that another writer may have caused does not count"
    )
    stage.clients.habits = Habits(few=True, in_turn=True)
    with stage.writers.resting():
        found = find(stage, MISTAKE)
    stage.narrator.say("The back office goes on")
    stage.clients.habits = Habits(few=True)
    stage.trials.rehearsal = correct(stage, MISTAKE, found)


def images(stage: Stage, *arguments: str) -> None:
    """Install or remove the triggers that report images of rows."""
    said = StringIO()
    call_command("cqrs_capture", "images", *arguments, stdout=said)
    tables = [line.partition(": ")[2].partition(" ")[0] for line in said.getvalue().splitlines()]
    quoted = [f'"{argument}"' if " " in argument else argument for argument in arguments]
    stage.narrator.say(f"$ manage.py cqrs_capture images {' '.join(quoted)}")
    stage.narrator.quote([", ".join(tables)])
