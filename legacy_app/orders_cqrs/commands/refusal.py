"""Refusals of the monolith's services, in words.

A service complains about a value with the exception of its serializers. The answer to the client is made of that; but
a command that was accepted is dead, and whoever looks at it reads one line.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import ValidationError

from cqrs_write import CommandRejected


@contextmanager
def refused_in_words() -> Iterator[None]:
    """Reject the command for the reasons of a ValidationError, a dictionary of lists as serializers make it."""
    try:
        yield
    except ValidationError as error:
        problems = [problem for problems in error.detail.values() for problem in problems]
        raise CommandRejected(" ".join(problems), detail=error.detail) from error
