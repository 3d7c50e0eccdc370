"""A browser: a client of either of Django's handlers, which tells all that can be told of an answer."""

import re
from dataclasses import dataclass

from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client

from .clients import body_of

# Drawn anew for every client, or of the moment.
CHANCE = re.compile(r"((?:csrftoken|sessionid)=)\w+|(expires=)[^;]+|((?:last|messages)=[^:;]+:)[^;]+")
CSRF_TOKEN = re.compile(rb'(?<="csrfToken": ")\w+')


@dataclass
class Answer:
    status: int
    reason: str
    headers: dict
    cookies: list
    body: bytes
    error: str


class Browser:
    def __init__(self, handler, user=None, **options):
        kind = Client if handler == "wsgi" else AsyncClient
        self.client = kind(raise_request_exception=False, **options)
        if user is not None:
            self.client.force_login(user)

    def ask(self, method, path, data="", content_type="application/json", **headers):
        """The answer; a failing view's is a 500."""
        response = self.client.generic(method, path, data, content_type, headers=headers)
        if isinstance(self.client, AsyncClient):
            response = awaited(response)
        body, tokens = CSRF_TOKEN.subn(b"", body_of(response))
        headers = {name: value for name, value in response.items() if not (tokens and name == "ETag")}
        return Answer(
            status=response.status_code,
            reason=response.reason_phrase,
            headers=headers,
            cookies=[CHANCE.sub(r"\1\2\3", morsel.OutputString()) for morsel in response.cookies.values()],
            body=body,
            error=repr(response.exc_info[1]) if response.exc_info else "",
        )


@async_to_sync
async def awaited(coroutine):
    return await coroutine
