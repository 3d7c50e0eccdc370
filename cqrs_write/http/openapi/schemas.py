"""Schemas of what every view of commands answers with."""

from typing import Any

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "An error, as RFC 9457 has it.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "What kind of problem it is."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong in this case, and what to do."},
        "instance": {"type": "string", "format": "uri-reference"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "description": "A JSON pointer into what was sent."},
                    "detail": {"type": "string"},
                },
                "required": ["pointer", "detail"],
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": True,
}

ACCEPTED: dict[str, Any] = {
    "type": "object",
    "description": "A command that waits to be executed.",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "state": {"type": "string"},
    },
    "required": ["id", "state"],
}

ENTRY: dict[str, Any] = {
    "type": "object",
    "description": "What became of one command of many: accepted with an id, or refused with an error.",
    "properties": {
        "status": {"type": "integer"},
        "id": {"type": "string", "format": "uuid"},
        "location": {"type": "string", "format": "uri"},
        "error": {"$ref": "#/components/schemas/Problem"},
    },
    "required": ["status"],
}

ANYTHING: dict[str, Any] = {"description": "In the words of the endpoint."}
