"""Settings of the read side: the ``CQRS_READ`` dictionary, typed."""

from dataclasses import dataclass

from cqrs_write.conf import typed


@dataclass(frozen=True, kw_only=True)
class ReadSettings:
    """Keys of ``CQRS_READ`` (upper case there), with their defaults."""

    refresh_interval: float = 0.05
    """Seconds that ``cqrs_refresh --follow`` waits when nothing has changed."""


settings = typed("CQRS_READ", ReadSettings)
