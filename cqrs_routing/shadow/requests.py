"""Requests from a file, for endpoints that are asked too seldom: an access log, or a list of URLs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

COMBINED = re.compile(r'"(?P<method>[A-Z]+) (?P<url>\S+) HTTP/[\d.]+"')
"""The request within a line of the common or combined log format, which web servers write."""

WITH_METHOD = re.compile(r"(?P<method>[A-Z]+)\s+(?P<url>\S+)")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A safe request: its path with the query."""

    path: str


def asked_in(lines: Iterable[str]) -> Iterator[Asked]:
    """The GET requests of ``lines``, in whichever format each is; others are left out, since they may write."""
    for line in lines:
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        found = COMBINED.search(text) or WITH_METHOD.fullmatch(text)
        method, url = (found["method"], found["url"]) if found else ("GET", text)
        if method == "GET" and (path := path_of(url)):
            yield Asked(path=path)


def path_of(url: str) -> str:
    """The path and the query of an URL, absolute or not; empty where it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    path = parts.path if parts.path.startswith("/") else ""
    return f"{path}?{parts.query}" if path and parts.query else path
