"""``python -m benchmarks.client``: requests what stdin says, and says on stdout how many seconds it took."""

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
        for done in [clients.submit(request, work, path) for path in work["paths"]]:
            done.result()
        seconds = time.perf_counter() - started
    json.dump({"seconds": seconds}, sys.stdout)


def request(work: dict[str, Any], path: str) -> None:
    """One request on a connection of its own, as a synchronous worker wants it."""
    client = HTTPConnection(work["host"], work["port"], timeout=60)
    client.request("GET", path, headers=work["headers"])
    answer = client.getresponse()
    answer.read()
    client.close()
    if answer.status != 200:
        raise RuntimeError(f"{path} answers {answer.status}")


if __name__ == "__main__":
    main()
