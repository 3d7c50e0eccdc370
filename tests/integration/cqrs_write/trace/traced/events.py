from dataclasses import dataclass

from cqrs_write.outbox import Event


@dataclass(frozen=True, kw_only=True)
class Happened(Event):
    """Something, whose id says where."""

    aggregate_type = "place"
    aggregate_id: str
