"""Waiting in code that reads read models itself."""

from __future__ import annotations

from collections.abc import Iterable

from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.refresh.waiting import Freshness, wait_until_fresh
from cqrs_write.freshness import Token, read


def wait_for(
    read_model: type[ReadModel] | Iterable[type[ReadModel]], token: str | None = None, *, timeout: float = 5.0
) -> Freshness:
    """Wait until the rows of ``read_model`` contain what ``token`` covers; true if they do::

        if not wait_for(OrderSummary, timeout=2):
            raise Retry

    Not within a transaction that has written what is waited for: nobody sees that before its commit.

    Args:
        token: of a response, or of :func:`cqrs_write.freshness.token`. If none is given, or one that is not of this
            project: everything that is committed by now, which is right for a task that was sent after a commit.
        timeout: seconds.
    """
    read_models = (read_model,) if isinstance(read_model, type) else tuple(read_model)
    return wait_until_fresh(read_models, (token and read(token)) or Token(), timeout, patient=True)
