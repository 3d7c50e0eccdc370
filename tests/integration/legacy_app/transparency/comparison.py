"""The comparison of two recordings: of the site without the toolkit, and with it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from difflib import unified_diff

from .allowed import Allowed
from .exchange import Exchange
from .recording import Recording

SHOWN = 5
"""Exchanges that are shown of those that differ."""


def differing_answers(without: Recording, installed: Recording, allowed: Allowed) -> list[str]:
    """What differs in the answers, exchange by exchange, as text."""
    assert len(without.exchanges) == len(installed.exchanges)
    pairs = zip(without.exchanges, installed.exchanges, strict=True)
    found = [difference(*map(allowed.normalise, pair)) for pair in pairs]
    return [text for text in found if text][:SHOWN]


def difference(without: Exchange, installed: Exchange) -> str:
    # The route's text is not the client's: that of the admin's list of apps names the apps.
    if replace(without, route="") == replace(installed, route=""):
        return ""
    lines = unified_diff(without.lines(), installed.lines(), "without", "installed", lineterm="", n=1)
    return f"{without.asked}\n" + "\n".join(lines)


def differing_rows(without: Recording, installed: Recording, allowed: Allowed) -> dict[str, list[str]]:
    """Rows of the monolith's tables that only one of the two has, but for those that an installation adds."""
    found = {}
    for table, rows in without.content.items():
        others = installed.content.get(table, [])
        gone = [f"- {row}" for row in only_in(rows, others)]
        added = [
            f"+ {row}" for row in only_in(others, rows) if not allowed.is_added(table, row, installed.content)
        ]
        if gone or added:
            found[table] = gone + added
    return found


def differing_sequences(without: Recording, installed: Recording, allowed: Allowed) -> list[str]:
    return [
        f"{name}: {value}, {installed.sequences.get(name)}"
        for name, value in without.sequences.items()
        if installed.sequences.get(name) != value and not allowed.is_moved(name)
    ]


def only_in(rows: Iterable[str], others: Iterable[str]) -> list[str]:
    return list((Counter(rows) - Counter(others)).elements())
