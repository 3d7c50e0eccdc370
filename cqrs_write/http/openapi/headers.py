"""The headers of requests and answers of views of commands."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from cqrs_write.http import prefer
from cqrs_write.http.idempotency import HEADER, key
from cqrs_write.http.idempotency.once import EXPIRES, REPLAYED
from cqrs_write.middleware import CORRELATION_HEADER

KEY_SCHEMA = {
    "type": "string",
    "minLength": 1,
    "maxLength": key.LONGEST + 2,
    "pattern": f"^(?:{key.QUOTED.pattern}|{key.BARE.pattern})$",
}


def _header(name: str, description: str, **values: Any) -> OpenApiParameter:
    return OpenApiParameter(name, location=OpenApiParameter.HEADER, description=description, **values)


def idempotency_key(*, required: bool) -> OpenApiParameter:
    says = (
        "A text of the client's own, in double quotes, that nobody can guess. The same request with the same key is "
        "executed once; it may be repeated for as long as the answer says."
    )
    return _header(HEADER, says, type=KEY_SCHEMA, required=required)


def if_match(*, required: bool) -> OpenApiParameter:
    return _header("If-Match", "ETags, of which that of the present state must be one.", required=required)


def correlation() -> OpenApiParameter:
    says = "Of all that follows from the request."
    return _header(CORRELATION_HEADER, says, type=OpenApiTypes.UUID, response=True)


def replay(*statuses: int) -> list[OpenApiParameter]:
    """Of answers that are given again to the same key."""
    return [
        _header(REPLAYED, "Given if the answer was given before.", enum=["true"], response=list(statuses)),
        _header(EXPIRES, "Until when the answer is repeated to the same key.", response=list(statuses)),
    ]


def preference(*statuses: int, wait: bool) -> list[OpenApiParameter]:
    """``Prefer``, and what the answers say to it."""
    words = "respond-async, wait=5" if wait else "respond-async"
    return [
        _header("Prefer", f"As RFC 7240 has it: {words}."),
        _header(prefer.APPLIED, "What was honoured of that.", response=list(statuses)),
    ]


def location() -> OpenApiParameter:
    return _header("Location", "Of the command's status resource.", type=OpenApiTypes.URI, response=[202])


def retry_after(*statuses: int) -> OpenApiParameter:
    return _header(
        "Retry-After",
        "Seconds after which to ask again.",
        type=OpenApiTypes.INT,
        response=list(statuses),
    )
