"""System checks of events: mistakes in a declaration, found before anything is emitted."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from cqrs_write.outbox.event import REMEDY, defined_events, problem_of


def register_outbox_checks() -> None:
    register(check_events)


def check_events(**kwargs: Any) -> list[CheckMessage]:
    """cqrs_write.E009: every event is a frozen, keyword-only dataclass that names its aggregate."""
    return [
        Error(problem, hint=REMEDY, obj=event_class, id="cqrs_write.E009")
        for event_class in defined_events()
        if (problem := problem_of(event_class))
    ]
