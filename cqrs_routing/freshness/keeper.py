"""A keeper of tokens: for programs that call the API, and read what they have written."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from cqrs_write.freshness import Token, unverified

HEADER = "Freshness-Token"

MOST = 4
"""Tokens that are kept, of services with different databases."""


class TokenKeeper:
    """Keeps the token of each response, and gives it to the next request::

        keeper = TokenKeeper()
        session = requests.Session()
        session.hooks["response"].append(keeper.hook)
        session.get(url, headers=keeper.headers())

    Needs neither settings nor models, and may be shared by threads: of two answers that cross, the token that covers
    more is kept.
    """

    def __init__(self, token: str = "") -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, Token] = {}
        if token:
            self.keep(token)

    def headers(self) -> dict[str, str]:
        """What the next request is to carry; nothing before the first write."""
        with self._lock:
            return {HEADER: ",".join(self._kept)} if self._kept else {}

    def note(self, response: Any) -> None:
        """Keep the token of ``response``, of requests or httpx, if it has one."""
        headers: Mapping[str, str] = response.headers
        if text := headers.get(HEADER):
            self.keep(text)

    def hook(self, response: Any, *args: Any, **kwargs: Any) -> None:
        """:meth:`note`, as ``requests`` calls it."""
        self.note(response)

    def keep(self, text: str) -> None:
        """Keep the token ``text`` in place of those that it covers."""
        new = unverified(text)
        if new is None:
            return
        with self._lock:
            if any(known.covers(new) for known in self._kept.values()):
                return
            others = {other: known for other, known in self._kept.items() if not new.covers(known)}
            self._kept = dict(list({text: new, **others}.items())[:MOST])
