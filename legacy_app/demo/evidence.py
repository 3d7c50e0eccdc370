"""What is known of an endpoint since it is in its mode, asked for on the side."""

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.exceptions import GateClosed
from cqrs_routing.models import EndpointMode, Mismatch
from cqrs_routing.switching.evidence import Evidence, evidence_of
from cqrs_routing.switching.promotion import promote
from legacy_app.demo.switches import BY


def row_of(endpoint: str) -> EndpointMode:
    return EndpointMode.objects.get(pk=endpoint)


def evidence(endpoint: str) -> Evidence:
    row = row_of(endpoint)
    return evidence_of(endpoints.get(endpoint), row.changed_at, stint=row.stint)


def mismatches(endpoint: str, *, ago: int = 0) -> list[Mismatch]:
    """The kinds that were found since so many changes of the mode, the most frequent first."""
    found = Mismatch.objects.filter(
        is_inconclusive=False, endpoint=endpoint, stint=row_of(endpoint).stint - ago
    )
    return list(found.order_by("-count", "pk").prefetch_related("examples"))


def has_seen_both(endpoint: str, requests: int) -> bool:
    """Whether each side has answered so many requests."""
    seen = evidence(endpoint)
    return min(seen.legacy.requests, seen.cqrs.requests) >= requests


def refusal(endpoint: str) -> str:
    """Why the next step cannot be taken yet; empty if it can."""
    try:
        promote(endpoint, by=BY, dry_run=True)
    except GateClosed as error:
        return str(error)
    return ""
