"""What SQLite has under the name of a table."""

import json
from collections.abc import Sequence
from typing import Any


def not_tables(cursor: Any, names: Sequence[str]) -> dict[str, str]:
    """The kinds of those among ``names`` that are there, but are no tables."""
    cursor.execute(
        "SELECT name FROM sqlite_master WHERE type = 'view' AND name IN (SELECT value FROM json_each(%s))",
        [json.dumps(list(names))],
    )
    return {name: "view" for (name,) in cursor.fetchall()}
