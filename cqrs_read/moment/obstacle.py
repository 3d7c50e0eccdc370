"""An obstacle: what keeps a moment from coming about, or a view from running in it as it runs by itself."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from django.db import DatabaseError, Error, connections
from django.db.transaction import TransactionManagementError

from cqrs_read.exceptions import NotCaughtUp
from cqrs_read.standing.problem import described
from cqrs_write.backends import load

T = TypeVar("T")


class NotYet(NotCaughtUp):
    """Another try at once may succeed."""


@contextmanager
def refusing(using: str) -> Iterator[None]:
    """What goes wrong with the database in the block is a reason that there is no moment."""
    try:
        yield
    except Error as error:
        raise _refusal(using, described(error), error) from error


def unhindered(aliases: Sequence[str], view: Callable[[], T], side: str) -> T:
    """What ``view`` returns, unless it met something that it meets only because it runs in a moment.

    A statement that was cancelled, or lost a race, says nothing about the data, whatever the view made of it. What
    else a view raises is its own.

    Args:
        side: what it is called when it is refused.

    Raises:
        NotCaughtUp: in one line.
    """
    met = list[NotCaughtUp]()
    with ExitStack() as stack:
        for using in aliases:
            stack.enter_context(_noticing(using, side, met))
        try:
            found = view()
        except Exception as error:
            if met:
                raise met[0] from error
            raise
    closed = [using for using in aliases if connections[using].closed_in_transaction]
    if closed:
        raise NotCaughtUp(f"The {side} view has closed the connection '{closed[0]}'.")
    if met:
        raise met[0]
    return found


@contextmanager
def _noticing(using: str, side: str, met: list[NotCaughtUp]) -> Iterator[None]:
    backend = load("cqrs_read", "moment", using)

    def execute(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        except DatabaseError as error:
            # After a statement that failed no other one runs in a transaction, while by itself the view may go on.
            if isinstance(error, TransactionManagementError) or backend.hinders(error):
                met.append(_refusal(using, f"The {side} view met: {described(error)}", error))
            raise

    with connections[using].execute_wrapper(execute):
        yield


def _refusal(using: str, reason: str, error: Error) -> NotCaughtUp:
    passing = load("cqrs_read", "moment", using).is_passing(error)
    return NotYet(reason) if passing else NotCaughtUp(reason)
