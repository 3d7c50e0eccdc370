"""What a sandbox raises: an effect that cannot be kept in is refused."""

from __future__ import annotations

import errno

from cqrs_routing.exceptions import RoutingError


class EffectRefused(RoutingError, PermissionError):
    """An effect was refused, since the code runs in a sandbox; an OSError, as the outside world might raise it."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.errno = errno.EPERM


class SandboxMisused(RoutingError):
    """A sandbox was opened where none can be; the message says why."""
