"""Somebody outside, who sees what gets out."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue

import pytest


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.requests.append(self.path)
        self.send_response(204)
        self.end_headers()

    do_POST = do_GET

    def log_message(self, format, *args):
        pass


@pytest.fixture
def server():
    """An HTTP server on a loopback port, with the requests that it got; it keeps connections."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        listening.requests = []
        thread = threading.Thread(target=listening.serve_forever, args=[0.01])
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()


@pytest.fixture
def locmem(settings):
    """Two caches in this process's memory."""
    settings.CACHES = {
        name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
        for name in ("default", "other")
    }
    from django.core.cache import caches

    for name in settings.CACHES:
        caches[name].clear()
    return caches


@pytest.fixture
def in_thread():
    """Call a function in another thread, which runs already; return what it returns, or raise what it raises."""
    calls, outcomes = SimpleQueue(), SimpleQueue()

    def work():
        for function in iter(calls.get, None):
            try:
                outcomes.put((function(), None))
            except BaseException as error:  # noqa: BLE001  raised again in the test
                outcomes.put((None, error))

    def call(function):
        calls.put(function)
        result, error = outcomes.get()
        if error is not None:
            raise error
        return result

    thread = threading.Thread(target=work)
    thread.start()
    yield call
    calls.put(None)
    thread.join()
