"""Comparing requests that nobody has just made: both sides answer them in one moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from django.conf import settings as django_settings
from django.urls import Resolver404, resolve

from cqrs_routing.comparison import kind_of
from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import EndpointMode
from cqrs_routing.shadow.check import check_and_count
from cqrs_routing.shadow.requests import Asked
from cqrs_routing.shadow.sample import NO_ANSWER, Sample


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One request, and what came of comparing it: ``same``, ``differs`` or ``inconclusive`` with the reason.

    ``reason`` is the kind of the difference, where it differs.
    """

    endpoint: str
    path: str
    outcome: str
    reason: str = ""


def samples_of(asked: Iterable[Asked], users: Sequence[str], only: Sequence[str] = ()) -> Iterator[Sample]:
    """What is to be compared: those of the requests that a declared endpoint answers.

    Args:
        users: primary keys, as text, of whoever asks; in turn, if there are several.
        only: names of endpoints; all if there is none.
    """
    stints = dict(EndpointMode.objects.values_list("endpoint", "stint"))
    turns = cycle(users or [""])
    for request in asked:
        endpoint = endpoint_of(request.path)
        if endpoint is not None and (not only or endpoint.name in only):
            yield sample_of(request, endpoint, stints.get(endpoint.name, 0), next(turns))


def compared(sample: Sample) -> Iterator[Compared]:
    """What came of it; nothing if the endpoint is declared no more."""
    checked = check_and_count(sample)
    if checked is None:
        return
    outcome, reason = "same", ""
    if checked.inconclusive:
        outcome, reason = "inconclusive", checked.inconclusive
    elif checked.differences:
        outcome, reason = "differs", kind_of(checked.differences).title
    yield Compared(endpoint=sample.endpoint, path=sample.path, outcome=outcome, reason=reason)


def endpoint_of(path: str) -> Endpoint | None:
    try:
        match = resolve(path.partition("?")[0])
    except Resolver404:
        return None
    endpoint = endpoints.routes.get(("GET", match.view_name))
    return endpoint if endpoint and endpoint.kind == "read" else None


def sample_of(request: Asked, endpoint: Endpoint, stint: int, user: str) -> Sample:
    """Without an answer of legacy's, so that both sides answer anew."""
    return Sample(
        endpoint=endpoint.name,
        stint=stint,
        path=request.path,
        secure=False,
        meta={"SERVER_NAME": host(), "HTTP_ACCEPT": "application/json"},
        user=user,
        language=django_settings.LANGUAGE_CODE,
        time_zone="",
        legacy=NO_ANSWER,
    )


def host() -> str:
    """A name that ALLOWED_HOSTS has."""
    names = [name for name in django_settings.ALLOWED_HOSTS if name.strip(".*[]:")]
    return names[0].lstrip(".") if names else "localhost"
