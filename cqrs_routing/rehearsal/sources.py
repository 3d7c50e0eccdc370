"""Sources: the tables that a statement reads, by its text: what follows FROM, JOIN and USING, at any depth."""

from __future__ import annotations

import re
from collections.abc import Iterator

NAME = r'(?:"(?:[^"]|"")+"|\w+)'

TOKEN = re.compile(
    rf"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|(?P<word>{NAME}(?:\s*\.\s*{NAME})*)|(?P<mark>[(),])", re.DOTALL
)

OPENS = frozenset(["FROM", "JOIN", "USING", "TABLE"])
"""Words after which a table is named; after a comma behind it another one."""

CLOSES = frozenset(["SELECT", "WHERE", "GROUP", "ORDER", "HAVING", "WINDOW", "FOR", "SET", "RETURNING"])
"""Words that end the list of tables, and after which commas stand between something else."""

BEFORE_A_NAME = frozenset(["ONLY", "LATERAL"])

ANY = re.compile(rf"\b(?:{'|'.join(sorted(OPENS))})\b", re.IGNORECASE)


def sources(sql: str) -> frozenset[str]:
    """Names as Django writes them. Those of common table expressions and functions are among them."""
    return frozenset(named(name) for name in _following(sql)) if ANY.search(sql) else frozenset()


def _following(sql: str) -> Iterator[str]:
    """What stands where a table is expected."""
    lists, expected = [False], False
    for token in TOKEN.finditer(sql):
        word, mark = token["word"], token["mark"]
        upper = word.upper() if word else ""
        if mark == "(":
            lists.append(expected)
        elif mark == ")":
            # A bracket too many is the database's to complain about.
            lists = lists[:-1] or [False]
            expected = False
        elif mark == ",":
            expected = lists[-1]
        elif upper in OPENS:
            lists[-1] = expected = True
        elif upper in CLOSES:
            lists[-1] = expected = False
        elif word and expected and upper not in BEFORE_A_NAME:
            expected = False
            yield word


def named(name: str) -> str:
    """A table as Django writes its name: one in another schema is ``schema"."table``."""
    # Before those two there can only be the database's own name.
    return '"."'.join(identifier(part) for part in re.findall(NAME, name)[-2:])


def identifier(name: str) -> str:
    """The name behind ``name`` as SQL spells it."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
