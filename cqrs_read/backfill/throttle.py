"""Throttling: whether a backfill has to wait, and for what."""

import time

from django.utils.module_loading import import_string

from cqrs_read.conf import settings
from cqrs_read.declaration.read_model import ReadModel
from cqrs_write.exceptions import ConfigurationError

ASK_SECONDS = 1.0
"""Between two times that the throttles of one read model are asked while none of them holds."""


class Throttle:
    """All throttles of one read model, asked no more often than is useful."""

    def __init__(self, read_model: type[ReadModel]) -> None:
        self.read_model = read_model
        self.free_until = 0.0

    def holds(self) -> str:
        """Why the backfill has to wait, from the first throttle that says so; empty if it may go on."""
        if time.monotonic() < self.free_until:
            return ""
        for path in settings().throttles:
            if reason := _imported(path)(self.read_model):
                return f"{path.rpartition('.')[2]}: {reason}"
        self.free_until = time.monotonic() + ASK_SECONDS
        return ""


def _imported(path: str):  # type: ignore[no-untyped-def]  # whatever the project gives
    try:
        return import_string(path)
    except ImportError as error:
        raise ConfigurationError(
            f"CQRS_READ['THROTTLES'] names '{path}', which is not there: {error}"
        ) from error
