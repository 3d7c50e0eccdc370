"""An event: an immutable fact about one aggregate, for whoever listens."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from cqrs_write.definition.command import is_proper

LONGEST_TYPE = 100
"""Characters of an aggregate's type, as the table has them."""

REMEDY = (
    'Decorate the class with @dataclass(frozen=True, kw_only=True), and give it aggregate_type = "…", and '
    "aggregate_id as a field or a property."
)


class Event:
    """Base of events. Each is a ``@dataclass(frozen=True, kw_only=True)`` named by a verb in the past::

        @dataclass(frozen=True, kw_only=True)
        class OrderPlaced(Event):
            aggregate_type = "order"
            aggregate_id: int
            total: Decimal

    Its fields are the payload. Where the id has another name there, ``aggregate_id`` is a property that returns it.
    """

    version: ClassVar[int] = 1
    """Raise it when a field changes its name or its meaning: the type is another one then, ``OrderPlaced.v2``, which
    nobody takes for what they know. A new field needs no new version."""

    aggregate_type: ClassVar[str]
    """What the event is about, and so the topic that it is published to: ``order``."""

    if TYPE_CHECKING:

        @property
        def aggregate_id(self) -> Any:
            """Which one of them. Events of one id are published in their order."""

    @property
    def aggregate(self) -> tuple[str, str]:
        """Type and id."""
        return type(self).aggregate_type, str(self.aggregate_id)


def type_of(event_class: type[Event]) -> str:
    """The name by which listeners know the event: ``OrderPlaced``, and ``OrderPlaced.v2`` from version 2 on."""
    name, version = event_class.__name__, event_class.version
    return name if version == 1 else f"{name}.v{version}"


def defined_events() -> Iterator[type[Event]]:
    """Every event class that was imported, but those that are bases of others."""
    return _leaves(Event)


def problem_of(event_class: type[Event]) -> str | None:
    """What is wrong with the class, if anything is."""
    place = f"{event_class.__module__}.{event_class.__qualname__}"
    declared: Any = event_class
    if not is_proper(declared):
        return f"{place} is not a frozen, keyword-only dataclass."
    aggregate_type = getattr(event_class, "aggregate_type", None)
    if not isinstance(aggregate_type, str) or not 0 < len(aggregate_type) <= LONGEST_TYPE:
        return f"{place} has no aggregate_type, a text of at most {LONGEST_TYPE} characters."
    if "aggregate_id" not in declared.__dataclass_fields__ and not hasattr(event_class, "aggregate_id"):
        return f"{place} has no aggregate_id."
    return None


def _leaves(event_class: type[Event]) -> Iterator[type[Event]]:
    for subclass in event_class.__subclasses__():
        if subclass.__subclasses__():
            yield from _leaves(subclass)
        else:
            yield subclass
