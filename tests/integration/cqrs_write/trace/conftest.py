"""Every test here has the traced app, its URLs behind the middleware, and a Celery that sends what it is told."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as project
from opentelemetry import trace as opentelemetry

from legacy_app.celery import app as celery_app
from tests.integration.cqrs_write.installed import installable

from .traced import commands

APP = "tests.integration.cqrs_write.trace.traced"
MIDDLEWARE = ["cqrs_write.middleware.TraceMiddleware", *project.MIDDLEWARE]

traced_installed = installable(APP, commands, MIDDLEWARE=MIDDLEWARE, ROOT_URLCONF=f"{APP}.urls")


@pytest.fixture(autouse=True)
def _traced_app() -> Iterator[None]:
    with traced_installed():
        yield


@pytest.fixture(autouse=True)
def _not_eager() -> Iterator[None]:
    was = celery_app.conf.task_always_eager
    celery_app.conf.task_always_eager = False
    yield
    celery_app.conf.task_always_eager = was


@pytest.fixture
def active_span() -> Any:
    """From the numbers of a trace and a span to a block in which a tracer has the span open."""

    def active(trace_id: int, span_id: int) -> Any:
        flags = opentelemetry.TraceFlags(opentelemetry.TraceFlags.SAMPLED)
        context = opentelemetry.SpanContext(trace_id, span_id, is_remote=False, trace_flags=flags)
        return opentelemetry.use_span(opentelemetry.NonRecordingSpan(context))

    return active
