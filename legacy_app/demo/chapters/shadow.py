"""The order list in shadow: legacy answers, and a Celery worker compares."""

from legacy_app.demo.chapters.trial import Mistake, correct, find
from legacy_app.demo.clients import Habits
from legacy_app.demo.measurements import READ
from legacy_app.demo.releases.order_list import WITHOUT_DISCOUNTS
from legacy_app.demo.releases.release import Release
from legacy_app.demo.stage import Stage

MISTAKE = Mistake(
    endpoint=READ,
    release=Release(order_list=WITHOUT_DISCOUNTS),
    expected=("results[].total changed",),
)


def shadow_reads(stage: Stage) -> None:
    stage.clients.habits = Habits(few=True)
    stage.trials.shadow = correct(stage, MISTAKE, find(stage, MISTAKE))
