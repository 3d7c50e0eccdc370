"""JSON Schema: as pydantic writes it of a type, and as OpenAPI 3.0 understands it."""

from typing import Any

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError
from pydantic.json_schema import JsonSchemaMode

VALUES = ("const", "default", "enum", "examples")
"""Words that are followed by values, and not by schemas."""


def json_schema(type_: Any, mode: JsonSchemaMode, prefix: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of a type, and by name those that it refers to; empty where pydantic does not know the type.

    Args:
        type_: a class, or what an annotation says.
        mode: ``validation`` for what is taken, ``serialization`` for what is given.
        prefix: of the names.
    """
    try:
        schema = TypeAdapter(type_).json_schema(
            mode=mode, ref_template=f"#/components/schemas/{prefix}{{model}}"
        )
    except PydanticUserError:
        return {}, {}
    return schema, {f"{prefix}{name}": one for name, one in schema.pop("$defs", {}).items()}


def as_openapi(schema: Any) -> Any:
    """``schema`` without the words that came with a later JSON Schema than that of OpenAPI 3.0."""
    if isinstance(schema, list):
        return [as_openapi(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return _nullable(_bounded(_listed(_constant({word: _said(word, schema[word]) for word in schema}))))


def _said(word: str, value: Any) -> Any:
    if word in VALUES:
        return value
    if word == "properties":
        return {name: as_openapi(one) for name, one in value.items()}
    return as_openapi(value)


def _constant(schema: dict[str, Any]) -> dict[str, Any]:
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    return schema


def _listed(schema: dict[str, Any]) -> dict[str, Any]:
    """A tuple of different types is a list of any of these."""
    if "prefixItems" in schema:
        schema["items"] = {"anyOf": schema.pop("prefixItems")}
    elif schema.get("type") == "array":
        schema.setdefault("items", {})
    return schema


def _bounded(schema: dict[str, Any]) -> dict[str, Any]:
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(exclusive), int | float) and not isinstance(schema[exclusive], bool):
            schema[bound] = schema[exclusive]
            schema[exclusive] = True
    return schema


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type") == "null":
        return {"nullable": True, "enum": [None]}
    null = {"nullable": True, "enum": [None]}
    choices = schema.get("anyOf")
    if not isinstance(choices, list) or null not in choices:
        return schema
    others = [one for one in choices if one != null]
    rest = {word: value for word, value in schema.items() if word != "anyOf"}
    if len(others) == 1 and "$ref" not in others[0]:
        return {**others[0], **rest, "nullable": True}
    return {**rest, "anyOf": [*others, null]}
