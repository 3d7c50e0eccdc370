"""The payload of an event: its fields as JSON values, each of its declared type."""

from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from cqrs_write.definition.command import summary
from cqrs_write.exceptions import ConfigurationError, InvalidEvent
from cqrs_write.outbox.event import REMEDY, Event, problem_of, type_of

E = TypeVar("E", bound=Event)

LONGEST_ID = 200
"""Characters of an aggregate's id, as the table has them."""


def validated(event: E) -> tuple[E, dict[str, Any]]:
    """The event with every field converted to its declared type, and its payload in JSON values.

    Raises:
        InvalidEvent: naming the event and the first wrong field, or if the aggregate's id is not fit.
        ConfigurationError: if the class is not as an event's must be.
    """
    adapter, name = _adapter(type(event)), type_of(type(event))
    try:
        event = adapter.validate_python(adapter.dump_python(event, mode="json", warnings=False))
    except ValidationError as error:
        raise InvalidEvent(f"{name}: {summary(error)}") from error
    except ValueError as error:  # a value that has no form in JSON
        raise InvalidEvent(f"{name}: {error}") from error
    _, aggregate_id = event.aggregate
    if event.aggregate_id is None or not 0 < len(aggregate_id) <= LONGEST_ID:
        raise InvalidEvent(
            f"{name}: its aggregate_id is {event.aggregate_id!r}; it has 1 to {LONGEST_ID} characters."
        )
    return event, adapter.dump_python(event, mode="json")


def load(event_class: type[E], payload: Any) -> E:
    """The event that ``payload`` describes.

    Raises:
        ValidationError: if it is not one of this class.
    """
    event: E = _adapter(event_class).validate_python(payload)
    return event


_adapters: dict[type[Event], TypeAdapter[Any]] = {}


def _adapter(event_class: type[Event]) -> TypeAdapter[Any]:
    """The converter of an event's fields; costs milliseconds to make, so it is kept."""
    if event_class not in _adapters:
        if problem := problem_of(event_class):
            raise ConfigurationError(f"{problem} {REMEDY}")
        _adapters[event_class] = TypeAdapter(event_class)
    return _adapters[event_class]
