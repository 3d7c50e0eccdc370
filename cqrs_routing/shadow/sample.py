"""A sample: one request that legacy has answered, with the answer, as it travels to whoever compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from http.client import INTERNAL_SERVER_ERROR
from typing import Any

from django.http import HttpRequest
from django.utils import timezone, translation

from cqrs_routing.comparison.answer import Answer
from cqrs_routing.comparison.sensitive import is_sensitive
from cqrs_routing.serving.service import Service

LARGEST = 256 * 1024
"""Bytes of a body that is compared; larger ones would fill the queue."""

CREDENTIALS = frozenset({"HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION", "HTTP_COOKIE"})
KEPT = frozenset({"REMOTE_ADDR", "SERVER_NAME", "SERVER_PORT", "SCRIPT_NAME", "CONTENT_TYPE"})
"""Of what the server says about the request; its headers are kept but for credentials."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A GET request, all that its answer depends on, and legacy's answer.

    Attributes:
        path: with the query string.
        user: the primary key, as text; empty for nobody. No cookie or credential is with it.
        language: that was active; None for none.
        time_zone: that was active, by its name; empty for the default one.
        obstacle: why there is nothing to compare it with; it is then without user and answer.
    """

    endpoint: str
    stint: int
    path: str
    secure: bool
    meta: Mapping[str, str]
    user: str
    language: str | None
    time_zone: str
    legacy: Answer
    obstacle: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Its values as JSON has them."""
        return {**asdict(replace(self, legacy=NO_ANSWER)), "legacy": self.legacy.to_dict()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Sample:
        return cls(**{**values, "legacy": Answer.from_dict(values["legacy"])})


NO_ANSWER = Answer(status=0)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the view saw beside the request, and what is over when the client has its answer."""

    language: str | None
    time_zone: str

    @classmethod
    def now(cls) -> Surroundings:
        return cls(translation.get_language(), getattr(timezone.get_current_timezone(), "key", ""))


def sample_of(
    request: HttpRequest, legacy: Answer | None, service: Service, surroundings: Surroundings
) -> Sample:
    """The sample of a request that was answered, and whose client has the answer; None for one that was streamed."""
    obstacle = obstacle_of(request, legacy)
    return Sample(
        endpoint=service.endpoint.name,
        stint=service.state.stint,
        path=request.get_full_path(),
        secure=request.is_secure(),
        meta=kept_meta(request.META),
        user="" if obstacle else user_key(request),
        language=surroundings.language,
        time_zone=surroundings.time_zone,
        legacy=NO_ANSWER if obstacle or legacy is None else legacy,
        obstacle=obstacle,
    )


def obstacle_of(request: HttpRequest, legacy: Answer | None) -> str:
    """Why there is nothing to compare this request with; empty if there is."""
    if legacy is None:
        return "the answer is streamed"
    if len(legacy.body) > LARGEST:
        return f"the answer has more than {LARGEST // 1024} kB"
    if legacy.status >= INTERNAL_SERVER_ERROR:
        return f"legacy answered {legacy.status}"
    if "HTTP_AUTHORIZATION" in request.META and not user_key(request):
        return "the credentials that were brought are no user's, and none are kept to ask again with"
    return ""


def kept_meta(meta: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: value
        for name, value in meta.items()
        if isinstance(value, str)
        and (name in KEPT or (name.startswith("HTTP_") and name not in CREDENTIALS and not is_secret(name)))
    }


def is_secret(name: str) -> bool:
    return is_sensitive(name.removeprefix("HTTP_"))


def user_key(request: HttpRequest) -> str:
    """Who asked; empty for nobody."""
    user: Any = getattr(request, "user", None)
    return str(user._meta.pk.value_to_string(user)) if user is not None and user.is_authenticated else ""
