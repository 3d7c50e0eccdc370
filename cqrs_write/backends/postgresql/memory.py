"""What a table looked like when its triggers were last in order, kept as a comment beside them.

``ALTER COLUMN … TYPE … USING`` changes values and fires no trigger. It gives the table a new file, as VACUUM FULL,
CLUSTER and TRUNCATE do; but it alone also writes the column's row in the catalog, as harmless DDL like SET NOT NULL
does without a new file. Only both together tell of a rewrite. The same name at another place in the table, or with
another type, tells of one too: the column was replaced.
"""

import json
from typing import Any

from cqrs_write.backends.postgresql.catalog import Relation
from cqrs_write.capture.table import CapturedTable


def of(table: CapturedTable, found: Relation) -> str:
    """The comment: the table's file, and place, type and last change of each column that is watched."""
    watched = sorted({*found.primary_key, *table.columns} & set(found.columns))
    columns = {name: list(_remembered(found, name)) for name in watched}
    return json.dumps({"file": found.file, "columns": columns})


def tells_of_rewrite(comment: str, found: Relation) -> bool:
    """Whether values of a watched column may have changed unseen since ``comment`` was written."""
    remembered = _read(comment)
    new_file = remembered["file"] != found.file
    for name, (number, type_, changed) in remembered["columns"].items():
        # One that is gone is the trigger's own concern: it reports "everything" until the plan is adapted.
        if name in found.columns:
            now = _remembered(found, name)
            if now[:2] != (number, type_) or (new_file and now[2] != changed):
                return True
    return False


def is_current(comment: str, table: CapturedTable, found: Relation) -> bool:
    """Whether ``comment`` says of every watched column what is there. A new file alone means nothing."""
    return bool(_read(comment)["columns"] == _read(of(table, found))["columns"])


def _remembered(found: Relation, name: str) -> tuple[int, str, str]:
    column = found.columns[name]
    return column.number, column.type, column.changed


def _read(comment: str) -> dict[str, Any]:
    """An empty memory where there is none, as beside triggers that an earlier version has made."""
    try:
        remembered: dict[str, Any] = json.loads(comment)
    except ValueError:
        remembered = {}
    return {"file": 0, "columns": {}} | remembered
