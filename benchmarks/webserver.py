"""The sample behind gunicorn with one synchronous worker, on a core that nothing else of the benchmark uses."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any

from benchmarks.exceptions import StandFailed
from benchmarks.stand import ROOT
from legacy_app.servers.lifeline import Lifeline
from legacy_app.servers.server import free_port

HOST = "127.0.0.1"
START_SECONDS = 30.0
CLIENTS = 2
"""Requests under way at once: the worker never waits for the client."""

PACED_CLIENTS = 20
"""The same where requests are made at a rate: enough that none waits for the answer to another."""


@dataclass(frozen=True, kw_only=True)
class WebServer:
    """Where the web server listens, and whether it has a core of its own."""

    port: int
    pinned: bool


@contextmanager
def web_server() -> Iterator[WebServer]:
    """Gunicorn for the length of the block, this process and its later children on the other cores."""
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    port, pinned = free_port(), len(cores) > 1
    gunicorn = ["-m", "gunicorn", "--workers", "1", "--bind", f"{HOST}:{port}", "legacy_app.wsgi"]
    with Lifeline() as lifeline:
        pid = lifeline.spawn([sys.executable, *gunicorn], os.environ, folder=ROOT)
        if pinned:
            # The master forks the worker later, on the same core.
            os.sched_setaffinity(pid, {min(cores)})
            os.sched_setaffinity(0, cores - {min(cores)})
        try:
            await_answer(lifeline, port)
            yield WebServer(port=port, pinned=pinned)
        finally:
            if pinned:
                os.sched_setaffinity(0, cores)


def await_answer(lifeline: Lifeline, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if lifeline.exit_code() is not None or time.monotonic() > deadline:
            raise StandFailed(f"gunicorn does not answer: {lifeline.log.read_text()[-500:]}")
        time.sleep(0.05)


def answers(port: int) -> bool:
    client = HTTPConnection(HOST, port, timeout=5)
    try:
        client.request("GET", "/api/orders/")
        return client.getresponse().status == 401
    except (OSError, HTTPException):
        return False
    finally:
        client.close()


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What a client found: requests per second, and the seconds of each."""

    per_s: float
    each: list[float]


def load(
    server: WebServer,
    headers: Mapping[str, str],
    requests: Sequence[Any],
    *,
    expected: Sequence[int] = (200,),
    rate: float | None = None,
) -> Answered:
    """Have a client process make ``requests``: paths to get, or pairs of a path and the document to post.

    Args:
        rate: requests per second; as many as are answered, if not given.
    """
    work = {
        "host": HOST,
        "port": server.port,
        "headers": dict(headers),
        "requests": list(requests),
        "clients": PACED_CLIENTS if rate else CLIENTS,
        "rate": rate,
        "expected": list(expected),
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.client"],
        cwd=ROOT,
        input=json.dumps(work),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StandFailed((done.stderr.strip() or "the client failed").splitlines()[-1])
    found = json.loads(done.stdout)
    return Answered(per_s=len(work["requests"]) / found["seconds"], each=found["each"])
