"""The outcome of a command that was waited for: its result, or the error that it would have raised within a request."""

from typing import Any

from cqrs_write import refusal
from cqrs_write.http.problems import Problem, kinds
from cqrs_write.models import LoggedCommand
from cqrs_write.state import State


def result_of(row: LoggedCommand, url: str) -> Any:
    """The result of a command that is pending no more.

    Args:
        row: of the command log.
        url: of its status resource.

    Raises:
        Exception: what it died of, if that is for a client to know.
        Problem: 500 if it died otherwise, 409 if somebody called it off.
    """
    if row.state == State.DONE:
        return row.result
    if row.state != State.DEAD:
        raise Problem(kinds.CALLED_OFF, "Somebody decided that it shall not be executed.", instance=url)
    if row.result is not None:
        raise refusal.raised(row.result, row.error.partition(": ")[2])
    raise Problem(
        kinds.COMMAND_FAILED,
        "It had no effect. Its status resource tells the error; a person decides whether it is tried again.",
        instance=url,
    )
