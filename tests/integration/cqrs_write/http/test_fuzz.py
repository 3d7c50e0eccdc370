"""Requests that the OpenAPI document allows, and requests that it forbids: none is answered with a server error, and
every answer is one that the document has.
"""

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import sampled_from
from rest_framework.authtoken.models import Token
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from cqrs_write.bus import accept

from .notes.commands import WriteNote
from .notes.models import Note

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 20
OPERATIONS = [
    ("POST", "/notes/"),
    ("POST", "/legacy/"),
    ("POST", "/refused/"),
    ("POST", "/keyed/"),
    ("POST", "/bulk/"),
    ("PUT", "/notes/{id}/"),
    ("PUT", "/notes/{id}/conditional/"),
    ("GET", "/cqrs/commands/{uuid}/"),
    ("DELETE", "/cqrs/commands/{uuid}/"),
]


@pytest.fixture(scope="module")
def api(_notes_app):
    document = SchemaGenerator(urlconf="tests.integration.cqrs_write.http.notes.urls").get_schema(public=True)
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = get_wsgi_application()
    return loaded


@pytest.fixture(autouse=True)
def _connection_that_stays():
    """A request that is over leaves the connection to the test's transaction, as with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_every_answer_is_one_that_the_document_has(api, method, path, mode):
    clerk = User.objects.create_user("clerk", is_staff=True)
    token = Token.objects.create(user=clerk)
    there = {
        "id": Note.objects.create(text="there").pk,
        "uuid": str(accept(WriteNote(text="a"), actor=clerk).uuid),
    }
    operation = api[path][method]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode), prefer=sampled_from(["", "respond-async", "wait=1"]))
    def ask(case, prefer):
        # Other paths are not the views' own.
        case.path_parameters = {name: there[name] for name in case.path_parameters or {}}
        case.call_and_validate(headers={"Authorization": f"Token {token}", "Prefer": prefer}, checks=CHECKS)

    ask()
