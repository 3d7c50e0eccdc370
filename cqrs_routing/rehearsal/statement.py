"""A statement, as far as its text tells what it is: its verb, its savepoint, the tables that it reads and writes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cqrs_routing.rehearsal.sources import NAME, identifier, named, sources

BEFORE = r"(?:\s|\(|--[^\n]*(?:\n|$)|/\*.*?\*/)*"

VERB = re.compile(BEFORE + r"([a-z]+)", re.IGNORECASE | re.DOTALL)
SAVEPOINT = re.compile(
    BEFORE
    + r"(?:SAVEPOINT|RELEASE(?:\s+SAVEPOINT)?|ROLLBACK(?:\s+(?:WORK|TRANSACTION))?\s+TO(?:\s+SAVEPOINT)?)"
    rf"\s+({NAME})",
    re.IGNORECASE | re.DOTALL,
)
# At the start, or where a bracket or semicolon has ended something: so not FOR UPDATE, nor ON CONFLICT DO UPDATE.
WRITES = re.compile(
    r"(?:^|[();]|\*/|\n)\s*(?:INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|MERGE\s+INTO(?:\s+ONLY)?"
    rf"|TRUNCATE(?:\s+TABLE)?(?:\s+ONLY)?|COPY)\s+({NAME}(?:\.{NAME})?)",
    re.IGNORECASE,
)
HIDDEN = re.compile(
    r";\s*(?:BEGIN|START|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE)\b", re.IGNORECASE
)

DATA = frozenset(
    ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "COPY", "TRUNCATE", "VALUES", "TABLE"]
)
"""Verbs of what reads and writes rows, and runs in a transaction of any kind."""

HARMLESS_FIRST = frozenset(
    ["SET", "SHOW", "RESET", "LOCK", "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT"]
)
"""Verbs of what writes no rows, and may have to be the first in its transaction, or to end it."""

ENDS = frozenset(["COMMIT", "END", "ROLLBACK", "ABORT"])
PROCEDURAL = frozenset(["CALL", "DO", "EXECUTE"])
"""Verbs of what may write anything, and may commit in the middle if it runs outside a transaction."""

BODIES = frozenset(["DO", "CREATE"])
"""Verbs before code in another language, with a BEGIN and END of its own."""

LONG = 20_000
"""Characters from which a text is not kept."""


@dataclass(frozen=True, slots=True)
class Statement:
    """``savepoint`` is the name that it sets, releases or goes back to; ``hidden`` is true of several statements
    in one, of which a later one begins or ends a transaction. ``reads`` may name what is no table."""

    verb: str
    savepoint: str = ""
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    hidden: bool = False

    @property
    def ends_transaction(self) -> bool:
        return self.verb in ENDS and not self.savepoint


def statement(sql: str) -> Statement:
    return _read(sql) if len(sql) > LONG else _kept(sql)


def _read(sql: str) -> Statement:
    found = VERB.match(sql)
    verb = found[1].upper() if found else ""
    savepoint = SAVEPOINT.match(sql)
    return Statement(
        verb=verb,
        savepoint=identifier(savepoint[1]) if savepoint else "",
        reads=sources(sql),
        writes=frozenset(named(name) for name in WRITES.findall(sql)),
        hidden=verb not in BODIES and HIDDEN.search(sql) is not None,
    )


_kept = lru_cache(maxsize=1024)(_read)
