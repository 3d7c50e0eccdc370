"""Keys travel as text; SQLite compares them with the column's own affinity."""

import json
from typing import Any


def key_type(connection: Any, table: str, column: str) -> str:
    return ""


def among(sql: str, key_type: str) -> str:
    return f"{sql} IN (SELECT value FROM json_each(%s))"


def bound(key_type: str) -> str:
    return "%s"


def adapted(keys: list[str]) -> Any:
    """The keys as the parameter of :func:`among`."""
    return json.dumps(keys)


def text(sql: str) -> str:
    return f"CAST({sql} AS text)"
