"""Why an endpoint cannot be rehearsed."""

from __future__ import annotations

from django.db import connections, router

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.rehearsal.images import images_missing


def reason_not_to_rehearse(endpoint: Endpoint) -> str:
    """In one line, with the remedy; empty where it can be."""
    if not endpoint.tables:
        return (
            f"{endpoint.name} declares no tables whose rows could be compared. "
            "Declare what it writes: endpoints.write(…, tables=[…])"
        )
    for alias in {router.db_for_write(model) for model in endpoint.tables}:
        if connections[alias].vendor != "postgresql":
            return (
                "writes are rehearsed on PostgreSQL only, whose triggers can report rows that are rolled back"
            )
    if missing := images_missing(endpoint):
        return (
            f"{', '.join(missing)} {'has' if len(missing) == 1 else 'have'} no image triggers. "
            f'Run: manage.py cqrs_capture images install "{endpoint.name}"'
        )
    return ""
