"""Propagation: a Celery task goes on with the trace of whoever sent it.

Celery calls these functions by its signals. It logs what they raise, and neither sending nor running fails by it.
"""

from contextlib import ExitStack
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

from cqrs_write import trace

OWN = ("cqrs_write.", "cqrs_read.", "cqrs_routing.")
"""Beginnings of the names of the toolkit's own tasks, which do the work of many commands and belong to no trace."""

ENTERED = "cqrs_trace"
"""The attribute of a task's request that holds what is to be left when the task has run."""


def follow_tasks() -> None:
    """Have Celery tell of every task that is sent or run."""
    before_task_publish.connect(send_along, dispatch_uid="cqrs_trace")
    task_prerun.connect(enter, dispatch_uid="cqrs_trace")
    task_postrun.connect(leave, dispatch_uid="cqrs_trace")


def send_along(sender: str, headers: dict[str, Any], **kwargs: Any) -> None:
    """Give the message of the task named ``sender`` the headers of the current trace, beside those that it has."""
    current = trace.current()
    if current is None or sender.startswith(OWN):
        return
    given = current.headers()
    if "traceparent" in headers:
        # A tracer has set it, and with it what belongs to it.
        given = {name: value for name, value in given.items() if name not in trace.TRACER_HEADERS}
    for name, value in given.items():
        headers.setdefault(name, value)


def enter(task: Any, **kwargs: Any) -> None:
    """Go on with the trace that the task's message brings; one that brings none begins a trace."""
    runs_within_sender = task.request.is_eager and trace.current() is not None
    if runs_within_sender or task.name.startswith(OWN):
        return
    entered = ExitStack()
    entered.enter_context(trace.within(trace.joined(trace.read_message(task.request.headers or {}))))
    setattr(task.request, ENTERED, entered)


def leave(task: Any, **kwargs: Any) -> None:
    entered: ExitStack | None = vars(task.request).pop(ENTERED, None)
    if entered is not None:
        entered.close()
