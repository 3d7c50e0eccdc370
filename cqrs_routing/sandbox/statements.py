"""SQL that would end the transaction, told by its text."""

from __future__ import annotations

import re

BEFORE = r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*"
ENDING = (
    r"COMMIT|ABORT|START\s+TRANSACTION|PREPARE\s+TRANSACTION|ROLLBACK(?!\s+(?:(?:WORK|TRANSACTION)\s+)?TO\b)"
)
FIRST = re.compile(rf"{BEFORE}({ENDING}|BEGIN|END)\b", re.IGNORECASE | re.DOTALL)
# After a semicolon, END and BEGIN belong to the body of a DO block or of a function.
LATER = re.compile(rf";{BEFORE}({ENDING})\b", re.IGNORECASE | re.DOTALL)


def transaction_command(sql: str) -> str:
    """The command in ``sql`` that begins or ends a transaction, in capitals; empty if there is none."""
    found = FIRST.match(sql) or (LATER.search(sql) if ";" in sql else None)
    return " ".join(found[1].upper().split()) if found else ""
