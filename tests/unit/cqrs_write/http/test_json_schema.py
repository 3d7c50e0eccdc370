from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from cqrs_write.http.openapi.json_schema import as_openapi, json_schema


@dataclass
class Line:
    sku: str


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        (int | None, {"type": "integer", "nullable": True}),
        (None, {"nullable": True, "enum": [None]}),
        (Literal["a"], {"type": "string", "enum": ["a"]}),
        (
            Annotated[int, Field(gt=0, lt=9)],
            {
                "type": "integer",
                "minimum": 0,
                "exclusiveMinimum": True,
                "maximum": 9,
                "exclusiveMaximum": True,
            },
        ),
        (
            tuple[int, str],
            {
                "type": "array",
                "minItems": 2,
                "maxItems": 2,
                "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
            },
        ),
        (list[Any], {"type": "array", "items": {}}),
        (
            int | str | None,
            {"anyOf": [{"type": "integer"}, {"type": "string"}, {"nullable": True, "enum": [None]}]},
        ),
        (Any, {}),
    ],
    ids=str,
)
def test_what_pydantic_writes_becomes_what_openapi_3_0_understands(type_, expected):
    schema, components = json_schema(type_, "validation", "app.")

    assert as_openapi(schema) == expected
    assert components == {}


def test_classes_within_become_components_under_the_prefix():
    schema, components = json_schema(Line | None, "validation", "app.")

    assert list(components) == ["app.Line"]
    assert as_openapi(schema) == {
        "anyOf": [{"$ref": "#/components/schemas/app.Line"}, {"nullable": True, "enum": [None]}]
    }


def test_fields_that_are_called_like_words_of_the_schema_stay():
    fields = {"const": {"type": "null"}, "type": {"type": "string"}, "prefixItems": {"type": "integer"}}

    assert as_openapi({"type": "object", "properties": fields, "default": {"const": 1}}) == {
        "type": "object",
        "properties": {**fields, "const": {"nullable": True, "enum": [None]}},
        "default": {"const": 1},
    }


def test_of_a_type_that_pydantic_does_not_know_nothing_is_said():
    assert json_schema(object(), "serialization", "") == ({}, {})
