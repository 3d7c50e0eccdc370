"""One HTTP connection to the shop, kept alive, with what an answer says about who gave it."""

import http.client
import json
import re
import time
from dataclasses import dataclass
from typing import Any

SIDE = re.compile(r'side;desc="(\w+)"')
FALLBACK = re.compile(r'fallback;desc="([^"]*)"')
QUERIES = re.compile(r'desc="(\d+) quer')
NO_HEADERS: dict[str, str] = {}
TIMEOUT_SECONDS = 30.0
REQUESTS_PER_CONNECTION = 25
"""So many, and a client connects anew: it meets every web process, not always the same one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back, when it was asked for (monotonic seconds) and how long it took.

    ``side``, ``queries`` and ``process`` are what the server said; empty or zero when it did not answer.
    ``fallback`` is why the legacy side answered although the mode is another, ``freshness`` the token of what was
    written, and ``cookie`` the cookie of the same.
    """

    started: float
    seconds: float
    status: int
    body: bytes
    location: str = ""
    side: str = ""
    queries: int = 0
    process: str = ""
    fallback: str = ""
    freshness: str = ""
    cookie: str = ""


class Connection:
    """A client's connection.

    Args:
        port: of the web server on the loopback interface.
        token: of the account that asks.
    """

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.headers = {"Authorization": f"Token {token}", "Accept": "application/json"}
        self.requests = 0
        self._http: http.client.HTTPConnection | None = None

    def get(self, path: str, headers: dict[str, str] = NO_HEADERS) -> Answer:
        return self._send("GET", path, None, self.headers | headers)

    def post(self, path: str, document: Any, headers: dict[str, str]) -> Answer:
        content = {"Content-Type": "application/json"}
        return self._send("POST", path, json.dumps(document), self.headers | content | headers)

    def close(self) -> None:
        if self._http is not None:
            self._http.close()
        self._http, self.requests = None, 0

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        if self.requests >= REQUESTS_PER_CONNECTION:
            self.close()
        started = time.monotonic()
        try:
            return self._answer(method, path, body, headers, started)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            seconds, reason = time.monotonic() - started, f"{type(error).__name__}: {error}"
            return Answer(started=started, seconds=seconds, status=0, body=reason.encode())

    def _answer(
        self, method: str, path: str, body: str | None, headers: dict[str, str], started: float
    ) -> Answer:
        if self._http is None:
            self._http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        self.requests += 1
        self._http.request(method, path, body, headers)
        response = self._http.getresponse()
        content = response.read()
        timing = response.getheader("Server-Timing", "")
        side, queries, fallback = SIDE.search(timing), QUERIES.search(timing), FALLBACK.search(timing)
        return Answer(
            started=started,
            seconds=time.monotonic() - started,
            status=response.status,
            body=content,
            location=response.getheader("Location", ""),
            side=side[1] if side else "",
            queries=int(queries[1]) if queries else 0,
            process=response.getheader("X-Process", ""),
            fallback=fallback[1] if fallback else "",
            freshness=response.getheader("Freshness-Token", ""),
            cookie=response.getheader("Set-Cookie", "").partition(";")[0],
        )
