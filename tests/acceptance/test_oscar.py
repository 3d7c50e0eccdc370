"""A real monolith: read models over a shop that nobody here wrote, and whose code nobody edits.

django-oscar and django-oscar-api, installed as their makers publish them, in an environment of their own. Every
step is a process of its own, as on a server.
"""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.processes import Process

from .monolith import Monolith

READ_MODELS = ("shop_cqrs.OrderSummary", "shop_cqrs.ProductCard")
HANDS = 4


@pytest.mark.parametrize(
    ("products", "orders", "rounds"),
    [
        pytest.param(200, 300, 1, id="a small shop", marks=pytest.mark.long("sqlite")),
        pytest.param(2000, 5000, 5, id="a busy shop", marks=pytest.mark.long),
    ],
)
def test_the_read_models_of_a_working_shop_are_true(
    shop: Monolith, products: int, orders: int, rounds: int
) -> None:
    shop.run("manage.py", "migrate")
    shop.run("seed.py", str(products), str(orders))
    answers = shop.run("answers.py")

    migrated = replace(shop, settings="shop_cqrs.settings")
    assert "Capture: order_order now reports its writes" in migrated.run("manage.py", "migrate")
    assert "0 out of step" in migrated.run("manage.py", "cqrs_capture", "check")
    assert json.loads(migrated.run("answers.py")) == json.loads(answers)

    follower = migrated.start("manage.py", "cqrs_refresh", "--follow")
    workload = at_work(migrated, HANDS, rounds)
    for name in READ_MODELS:
        migrated.run("manage.py", "cqrs_backfill", name)
    done = finished(workload)
    wait_until_drained(migrated)
    expected = oracle(shop)
    assert read_models(migrated) == expected
    assert min(done.values()) >= HANDS * rounds / 2, "other hands were in the way of more than half"

    assert follower.stop() == 0
    finished(at_work(migrated, 1, 1))
    assert oracle(shop) != expected, "the workload changed nothing that the read models show"
    migrated.run("manage.py", "cqrs_refresh")
    assert read_models(migrated) == oracle(shop)
    for name in READ_MODELS:
        assert " 0 differences" in migrated.run("manage.py", "cqrs_verify", name)


def at_work(shop: Monolith, hands: int, rounds: int) -> Process:
    """A workload of so many hands that writes until it is told to stop, and so many rounds at least."""
    workload = shop.start("workload.py", str(hands), str(rounds))
    workload.wait_for("At work.", 120)
    return workload


def finished(workload: Process) -> dict[str, int]:
    """Let the workload end, and return how often each write was done."""
    assert workload.stop(300) == 0
    done: dict[str, int] = json.loads(workload.output.splitlines()[-1])["done"]
    return done


def oracle(shop: Monolith) -> dict[tuple[str, Any], Any]:
    return shop.rows("oracle.py")


def read_models(shop: Monolith) -> dict[tuple[str, Any], Any]:
    return shop.rows("manage.py", "dumpdata", "shop_cqrs", "--format", "jsonl")


def wait_until_drained(shop: Monolith, seconds: float = 120) -> None:
    """Wait until the follower has seen everything that was written."""
    deadline = time.monotonic() + seconds
    while True:
        status = json.loads(shop.run("manage.py", "cqrs_status", "--json"))["read_models"]
        if all(item["state"] == "ready" and item["pending"] == 0 for item in status):
            return
        assert time.monotonic() < deadline, status
