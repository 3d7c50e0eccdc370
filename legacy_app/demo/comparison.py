"""The same requests to both sides while nothing changes: the answers must be equal, as JSON."""

import json
import time
from collections.abc import Iterable
from typing import Any

from cqrs_routing.switching.switch import set_mode
from legacy_app.demo.clients import ORDERS
from legacy_app.demo.exceptions import DemoError
from legacy_app.demo.http import Connection
from legacy_app.demo.measurements import READ
from legacy_app.demo.shop import Shop
from legacy_app.demo.switches import BY

OBEY_SECONDS = 5.0


def paths(shop: Shop) -> list[str]:
    customer = shop.customers[len(shop.customers) // 2]
    queries = ["", "?page=2", "?page=7&page_size=10", "?status=paid", "?status=new", "?ordering=id"]
    queries += [f"?customer={customer}", "?placed_after=2025-01-01T00:00:00Z&ordering=placed_at"]
    queries += ["?placed_before=2001-01-01T00:00:00Z", "?page=100000", "?status=nonsense"]
    return [ORDERS + query for query in queries]


def different_answers(shop: Shop, port: int) -> list[str]:
    """The paths on which the two sides disagree. Leaves the endpoint on the new side."""
    asked, connection = paths(shop), Connection(port, shop.tokens[0])
    try:
        legacy = answers_by("legacy", asked, connection)
        cqrs = answers_by("cqrs", asked, connection)
    finally:
        connection.close()
    return [path for path, old, new in zip(asked, legacy, cqrs, strict=True) if old != new]


def answers_by(side: str, asked: Iterable[str], connection: Connection) -> list[tuple[int, Any]]:
    set_mode(READ, side, by=BY, reason="manage.py demo", force=True)
    return [answer_by(side, path, connection) for path in asked]


def answer_by(side: str, path: str, connection: Connection) -> tuple[int, Any]:
    """Status and body, once the web process has noticed the switch."""
    deadline = time.monotonic() + OBEY_SECONDS
    while (answer := connection.get(path)).side != side:
        if time.monotonic() > deadline:
            raise DemoError(f"{READ} is still served by {answer.side or 'nobody'}, not by {side}")
        time.sleep(0.05)
    return answer.status, json.loads(answer.body)
