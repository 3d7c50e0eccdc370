"""What drf-spectacular writes of views of commands."""

from typing import Any

import pytest
from django.urls import path
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.validation import validate_schema
from rest_framework.schemas.openapi import AutoSchema as PlainSchema

from .notes import views

URLCONF = "tests.integration.cqrs_write.http.notes.urls"

# Which database there is makes no difference.
pytestmark = pytest.mark.sqlite


def generate() -> dict[str, Any]:
    return SchemaGenerator(urlconf=URLCONF).get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def document(_notes_app) -> dict[str, Any]:
    return generate()


def operation(document: dict[str, Any], path: str, method: str = "post") -> Any:
    return document["paths"][path][method]


def parameters(document: dict[str, Any], path: str, method: str = "post") -> dict[str, bool]:
    """The header parameters, and whether they are required."""
    found = operation(document, path, method)["parameters"]
    return {one["name"]: one.get("required", False) for one in found if one["in"] == "header"}


def body(answer: Any, media_type: str = "application/json") -> Any:
    return answer["content"][media_type]["schema"]


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_it_is_written_without_a_warning_and_is_valid():
    reset_generator_stats()

    validate_schema(generate())

    assert not GENERATOR_STATS


def test_the_request_is_what_the_commands_class_says(document):
    request = operation(document, "/notes/")["requestBody"]

    assert request["required"]
    assert body(request) == ref("notes.WriteNote")
    fields = document["components"]["schemas"]["notes.WriteNote"]
    assert fields["required"] == ["text"]
    assert fields["properties"]["text"]["maxLength"] == 100
    assert fields["properties"]["tags"]["items"] == ref("notes.Tag")
    assert fields["properties"]["reply_to"]["nullable"]


def test_or_what_the_views_serializer_says(document):
    assert body(operation(document, "/legacy/")["requestBody"]) == ref("Note")


def test_the_command_describes_the_operation(document):
    assert operation(document, "/notes/")["description"] == "Write a note."
    assert operation(document, "/legacy/")["description"] == "With the words of a legacy endpoint."


def test_the_answer_is_what_the_handler_returns(document):
    answers = operation(document, "/notes/")["responses"]

    assert set(body(answers["201"])["properties"]) == {"id", "text", "version"}
    assert body(answers["202"]) == ref("AcceptedCommand")
    assert set(answers["202"]["headers"]) >= {"Location", "Preference-Applied", "Correlation-Id"}


def test_of_a_view_that_makes_another_body_of_it_nothing_is_claimed(document):
    assert "properties" not in body(operation(document, "/legacy/")["responses"]["201"])


def test_headers_are_there_where_a_view_takes_them(document):
    assert parameters(document, "/notes/") == {"Idempotency-Key": False, "Prefer": False}
    assert parameters(document, "/keyed/")["Idempotency-Key"]
    assert parameters(document, "/notes/{id}/", "put")["If-Match"] is False
    assert parameters(document, "/notes/{id}/conditional/", "put")["If-Match"]


def test_errors_are_problems(document):
    answers = operation(document, "/notes/{id}/conditional/", "put")["responses"]

    problems = [code for code, answer in answers.items() if "application/problem+json" in answer["content"]]
    assert set(problems) == {"400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "503"}
    assert body(answers["412"], "application/problem+json") == ref("Problem")
    assert "Retry-After" in answers["503"]["headers"]
    assert "404" not in operation(document, "/notes/")["responses"]


def test_errors_of_a_legacy_endpoint_are_its_own(document):
    answers = operation(document, "/legacy/")["responses"]

    assert list(answers["400"]["content"]) == ["application/json", "application/problem+json"]
    assert list(answers["409"]["content"]) == ["application/problem+json"]


def test_the_bulk_view_takes_a_list_or_an_object_with_one(document):
    many, wrapped = body(operation(document, "/bulk/")["requestBody"])["oneOf"]

    assert (many["items"], many["maxItems"]) == (ref("notes.WriteNote"), 100)
    assert wrapped["properties"]["commands"] == many
    assert {"202", "207", "400", "413"} <= set(operation(document, "/bulk/")["responses"])


def test_the_status_resource_is_there(document):
    path = "/cqrs/commands/{uuid}/"

    assert set(operation(document, path, "get")["responses"]) == {"200", "404"}
    assert set(operation(document, path, "delete")["responses"]) == {"200", "403", "404", "409"}


def test_what_a_project_says_of_a_view_itself_counts(settings):
    described = extend_schema(description="Said by hand.")(type("Described", (views.WriteNoteView,), {}))
    generator = SchemaGenerator(patterns=[path("described/", described.as_view())])

    said = operation(generator.get_schema(request=None, public=True), "/described/")

    assert said["description"] == "Said by hand."
    assert body(said["requestBody"]) == ref("notes.WriteNote")


def test_the_later_version_of_openapi_is_written_in_its_own_words(monkeypatch):
    monkeypatch.setattr(spectacular_settings, "OAS_VERSION", "3.1.0")

    document = generate()

    validate_schema(document)
    reply_to = document["components"]["schemas"]["notes.WriteNote"]["properties"]["reply_to"]
    assert reply_to["anyOf"] == [{"type": "integer"}, {"type": "null"}]


def test_a_project_with_another_schema_class_keeps_it(settings):
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_SCHEMA_CLASS": "rest_framework.schemas.openapi.AutoSchema",
    }

    assert type(views.WriteNoteView().schema) is PlainSchema


WITHOUT = """
import sys
sys.modules["drf_spectacular"] = None
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "cqrs_write"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
import django
django.setup()
from cqrs_write.http import CommandView
print("described by", type(CommandView().schema).__module__)
"""


def test_without_drf_spectacular_nothing_is_missing(spawn):
    process = spawn("-c", WITHOUT)

    assert process.wait() == 0
    assert "described by rest_framework.schemas" in process.output
