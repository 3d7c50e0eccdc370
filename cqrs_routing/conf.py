"""Settings of the routing side: the ``CQRS_ROUTING`` dictionary, typed."""

from dataclasses import dataclass

from cqrs_write.conf import typed


@dataclass(frozen=True, kw_only=True)
class RoutingSettings:
    """Keys of ``CQRS_ROUTING`` (upper case there), with their defaults."""

    response_headers: bool = False
    """Tell in a ``Server-Timing`` header which side served a routed request, its queries and milliseconds."""


settings = typed("CQRS_ROUTING", RoutingSettings)
