"""Requests through either of Django's handlers."""

from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client


def ask(handler, path, method="GET", **client_options):
    """Send a request through the ``wsgi`` or the ``asgi`` handler; a failing view answers with 500."""
    if handler == "wsgi":
        return Client(raise_request_exception=False, **client_options).generic(method, path)
    return ask_asgi(AsyncClient(raise_request_exception=False, **client_options), path, method)


@async_to_sync
async def ask_asgi(client, path, method):
    return await client.generic(method, path)


def body_of(response):
    """The whole body, streamed or not."""
    if not response.streaming:
        return response.content
    return read_stream(response) if response.is_async else b"".join(response.streaming_content)


@async_to_sync
async def read_stream(response):
    return b"".join([part async for part in response])
