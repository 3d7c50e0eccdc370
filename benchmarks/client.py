"""``python -m benchmarks.client``: requests what stdin says, and says on stdout how long it all and each of it took.

Every request is a path, or a path and the document to be posted.
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
        started = time.perf_counter()
        pending = [clients.submit(request, work, one) for one in work["requests"]]
        each = [done.result() for done in pending]
        seconds = time.perf_counter() - started
    json.dump({"seconds": seconds, "each": each}, sys.stdout)


def request(work: dict[str, Any], wanted: str | list[Any]) -> float:
    """One request on a connection of its own, as a synchronous worker wants it; returns its seconds."""
    path, document = (wanted, None) if isinstance(wanted, str) else wanted
    body = None if document is None else json.dumps(document)
    more = {} if document is None else {"Content-Type": "application/json"}
    started = time.perf_counter()
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
