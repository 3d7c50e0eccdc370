"""The monolith's WSGI application; every answer also says which process gave it."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from legacy_app.wsgi import application as monolith

HEADER = "X-Process"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        return start_response(status, [*headers, (HEADER, str(os.getpid()))], *rest)

    return monolith(environ, start)
