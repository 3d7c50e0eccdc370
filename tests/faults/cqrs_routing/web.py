"""The sample behind gunicorn: several processes, and answers that tell which of them gave it from which side."""

import http.client
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from legacy_app.demo.wsgi import HEADER as PROCESS
from tests.processes import Process

LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
SIDE = re.compile(r'side;desc="(\w+)"')
FALLBACK = re.compile(r'fallback;desc="([^"]*)"')
TIMEOUT_SECONDS = 120
SETTINGS = "legacy_app.settings_cqrs"
LIST = "/api/orders/"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back to a request, which was ``sent`` and ``received`` in monotonic seconds.

    Status 0 says that no answer came, and ``body`` why. ``fallback`` is why legacy answered although the mode says
    otherwise.
    """

    sent: float
    received: float
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def process(self) -> str:
        return self.headers.get(PROCESS.lower(), "")

    @property
    def side(self) -> str:
        return self._told(SIDE)

    @property
    def fallback(self) -> str:
        return self._told(FALLBACK)

    def _told(self, pattern: re.Pattern[str]) -> str:
        found = pattern.search(self.headers.get("server-timing", ""))
        return found[1] if found else ""


class Web:
    """A web server with ``workers`` processes, each of which answers one request at a time."""

    def __init__(self, spawn: Callable[..., Process], workers: int, settings: str = SETTINGS) -> None:
        # Loaded once and forked: eight processes that import the application take all of a small machine.
        self.server = spawn(
            *("-m", "gunicorn", "legacy_app.demo.wsgi", "--preload", "--no-control-socket"),
            *("--bind", "127.0.0.1:0", "--workers", str(workers), "--timeout", str(TIMEOUT_SECONDS)),
            environment={"DJANGO_SETTINGS_MODULE": settings},
        )
        self.server.wait_for("Listening at: http", TIMEOUT_SECONDS)
        found = LISTENING.search(self.server.output)
        assert found, self.server.output
        self.port = int(found[1])

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Ask over a connection of its own, so that any process may answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        sent = time.monotonic()
        try:
            connection.request(method, path, body, dict(headers))
            response = connection.getresponse()
            status, content = response.status, response.read()
            told = {name.lower(): value for name, value in response.getheaders()}
        except (OSError, http.client.HTTPException) as error:
            status, content, told = 0, f"{type(error).__name__}: {error}".encode(), {}
        finally:
            connection.close()
        return Answer(sent=sent, received=time.monotonic(), status=status, body=content, headers=told)

    def stop(self) -> None:
        """End it, so that what its processes have counted is in the database."""
        assert self.server.stop(TIMEOUT_SECONDS) == 0, self.server.output
