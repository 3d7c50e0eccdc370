"""The site under a walk: sends requests through one of Django's handlers, and records the exchanges."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from asgiref.sync import async_to_sync
from django.core import mail
from django.test import AsyncClient, Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from . import chance, clock
from .exchange import Exchange
from .visitor import Visitor

Handler = Literal["wsgi", "asgi"]
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(kw_only=True)
class Site:
    """Answers visitors; each request has a moment and a chance of its own, the same in every walk."""

    handler: Handler
    exchanges: list[Exchange] = field(default_factory=list)
    second: int = 0
    stands_still: bool = False

    def visitor(self, name: str, **options: Any) -> Visitor:
        kind = Client if self.handler == "wsgi" else AsyncClient
        client = kind(enforce_csrf_checks=True, raise_request_exception=False)
        return Visitor(name=name, client=client, **options)

    def send(
        self,
        visitor: Visitor,
        method: str,
        path: str,
        data: str | bytes | dict[str, Any] = b"",
        content_type: str = JSON,
        **headers: str,
    ) -> Any:
        """The answer, which is recorded; ``data`` as a dictionary is a form."""
        if isinstance(data, dict):
            data, content_type = encoded(data, content_type)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        all_headers = visitor.headers_with(named)
        with self.moment():
            if self.handler == "wsgi":
                response = visitor.client.generic(method, path, data, content_type, headers=all_headers)
            else:
                response = asend(visitor.client, method, path, data, content_type, all_headers)
            body = body_of(response)
        self.exchanges.append(exchange(f"{visitor.name}: {method} {path}", method, response, body))
        mail.outbox = []
        return response

    def log_in(self, visitor: Visitor, user: Any) -> None:
        with self.moment():
            visitor.log_in(user)

    @contextmanager
    def moment(self) -> Iterator[None]:
        """The next second, and what is drawn in it."""
        if not self.stands_still:
            self.second += 1
        time = clock.moment.set(clock.START.timestamp() + self.second)
        drawn = chance.stream.set(chance.Stream(f"{len(self.exchanges)}:{self.second}"))
        try:
            yield
        finally:
            chance.stream.reset(drawn)
            clock.moment.reset(time)

    @contextmanager
    def standing_clock(self) -> Iterator[None]:
        """All requests of the block come in one second."""
        self.second += 1
        self.stands_still = True
        yield
        self.stands_still = False


@async_to_sync
async def asend(client: Any, method: str, path: str, data: Any, content_type: str, headers: Any) -> Any:
    return await client.generic(method, path, data, content_type, headers=headers)


def encoded(data: dict[str, Any], content_type: str) -> tuple[str | bytes, str]:
    if content_type == "multipart/form-data":
        return encode_multipart(BOUNDARY, data), MULTIPART_CONTENT
    return urlencode(data, doseq=True), FORM


def body_of(response: Any) -> bytes:
    """The whole body, streamed or not."""
    if not response.streaming:
        return bytes(response.content)
    if response.is_async:
        return read_stream(response)
    body = b"".join(response.streaming_content)
    response.close()
    return body


@async_to_sync
async def read_stream(response: Any) -> bytes:
    return b"".join([part async for part in response.streaming_content])


def exchange(asked: str, method: str, response: Any, body: bytes) -> Exchange:
    match = resolved(response)
    return Exchange(
        asked=asked,
        method=method,
        view=match.view_name if match else "",
        route=match.route if match else "",
        status=response.status_code,
        reason=response.reason_phrase,
        headers=dict(response.headers),
        cookies=sorted(morsel.OutputString() for morsel in response.cookies.values()),
        body=body.decode("latin-1"),
        error=repr(response.exc_info[1]) if response.exc_info else "",
        mails=[letter(message) for message in getattr(mail, "outbox", [])],
    )


def resolved(response: Any) -> Any:
    request = response.asgi_request if hasattr(response, "asgi_request") else response.wsgi_request
    return request.resolver_match


def letter(message: Any) -> str:
    return f"From: {message.from_email} To: {message.to} Subject: {message.subject}\n{message.body}"
