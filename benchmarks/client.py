"""``python -m benchmarks.client``: requests what stdin says, and says on stdout how long it all and each of it took.

Every request is a path, or a path and the document to be posted. With a ``rate`` they are made at so many a second,
whether or not the ones before are answered; each then takes as long as from the moment at which it was due.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any


def main() -> None:
    work = json.load(sys.stdin)
    with ThreadPoolExecutor(work["clients"]) as clients:
        started, rate = time.perf_counter(), work.get("rate")
        due = [started + number / rate if rate else 0.0 for number in range(len(work["requests"]))]
        pending = [
            clients.submit(request, work, one, at) for one, at in zip(work["requests"], due, strict=True)
        ]
        each = [done.result() for done in pending]
        seconds = time.perf_counter() - started
    json.dump({"seconds": seconds, "each": each}, sys.stdout)


def request(work: dict[str, Any], wanted: str | list[Any], due: float) -> float:
    """One request on a connection of its own, as a synchronous worker wants it; returns its seconds."""
    time.sleep(max(0.0, due - time.perf_counter()))
    path, document = (wanted, None) if isinstance(wanted, str) else wanted
    body = None if document is None else json.dumps(document)
    more = {} if document is None else {"Content-Type": "application/json"}
    started = due or time.perf_counter()
    client = HTTPConnection(work["host"], work["port"], timeout=60)
    client.request("GET" if body is None else "POST", path, body, work["headers"] | more)
    answer = client.getresponse()
    said = answer.read()
    client.close()
    if answer.status not in work["expected"]:
        raise RuntimeError(f"{path} answers {answer.status}: {said[:200]!r}")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
