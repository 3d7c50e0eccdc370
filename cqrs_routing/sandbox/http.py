"""HTTP requests, over connections that are open already too: refused.

http.client (and so urllib, requests, botocore, whatever is built on urllib3) is covered. A client with a protocol
of its own, such as httpx, is stopped where it connects; over a connection that it has kept it is not seen.
"""

from __future__ import annotations

from contextlib import suppress
from http.client import HTTPConnection
from typing import Any

from cqrs_routing.sandbox.active import active
from cqrs_routing.sandbox.patching import Method, replace


def install() -> None:
    replace(HTTPConnection, "putrequest", putrequest)
    with suppress(ImportError):
        from urllib3.connectionpool import HTTPConnectionPool

        # Before it connects, so that the effect has the method and the address.
        replace(HTTPConnectionPool, "urlopen", urlopen)


def putrequest(original: Method) -> Method:
    def replacement(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, method, url, *args, **kwargs)
        raise sandbox.refuse("http", request_line(method, f"//{self.host}:{self.port}", url))

    return replacement


def urlopen(original: Method) -> Method:
    def replacement(self: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        sandbox = active.get()
        if sandbox is None:
            return original(self, method, url, *args, **kwargs)
        raise sandbox.refuse("http", request_line(method, f"{self.scheme}://{self.host}:{self.port}", url))

    return replacement


def request_line(method: str, server: str, url: str) -> str:
    """Without the query, which may hold what is nobody's business."""
    path = url.partition("?")[0]
    return f"{method} {path if '://' in path else server + path}"
