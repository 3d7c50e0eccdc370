"""The correlation of a request: whatever its command does follows from it, and the answer names it.

As :class:`cqrs_write.middleware.TraceMiddleware` has it for every request, for projects that do without.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest

from cqrs_write import trace
from cqrs_write.middleware import trace_of


@contextmanager
def following(request: HttpRequest) -> Iterator[trace.Trace]:
    """Have the block follow from the request: within the current trace, where a middleware has begun one already."""
    if caused := trace.current():
        yield caused
    else:
        with trace.within(trace_of(request)) as caused:
            yield caused
