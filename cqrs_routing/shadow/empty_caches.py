"""Empty caches: what is answered again is computed again, on either side."""

from __future__ import annotations

from django.core.cache import caches

from cqrs_routing.sandbox.active import active
from cqrs_routing.sandbox.caches import overlay_of


def begin_with_empty_caches() -> None:
    """Have the sandbox that this code runs in find its caches empty, as they may be at any time.

    A page that legacy has cached would answer in place of the candidate, under the same URL, and nothing would ever
    differ; and one that is older than the moment would differ from a candidate that is right.
    """
    sandbox = active.get()
    if sandbox is None:
        return
    for alias in caches:
        overlay_of(sandbox, caches[alias]).cleared = True
