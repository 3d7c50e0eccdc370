"""A rebuild that is killed leaves the old version serving, and the same command goes on to the swap."""

import random
import signal
import time
from typing import Any

import pytest

from cqrs_read.models import ReadModelState
from cqrs_read.rebuild import table
from cqrs_read.refresh import refresh
from cqrs_read.standing.serving import forget, reason_not_to_serve
from cqrs_read.verify import verify
from legacy_app.orders.models import Order
from legacy_app.orders_cqrs.read_models import OrderSummary
from tests.integration.cqrs_read.oracle import legacy_answer, read_model_answer

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "orders_cqrs.OrderSummary"
KILLS = 4

# Chunks of one key, so that there are many moments to die in, the swap among them.
REBUILD = """
import django
django.setup()
from cqrs_read.rebuild import rebuild
from legacy_app.orders_cqrs.read_models import OrderSummary
print("rebuilding", flush=True)
print(rebuild(OrderSummary, force=True, chunk=1), flush=True)
"""


def test_it_goes_on_to_the_swap(filled: list[Order], spawn: Any) -> None:
    choice, settings = random.Random(KILLS), {"DJANGO_SETTINGS_MODULE": "legacy_app.settings_cqrs"}
    for number in range(KILLS):
        process = spawn("-c", REBUILD, environment=settings)
        process.wait_for("rebuilding")
        time.sleep(choice.uniform(0, 0.2))
        Order.objects.update(status=f"s{number}")
        process.send(signal.SIGKILL)
        process.wait()
        refresh(OrderSummary)
        forget()
        assert reason_not_to_serve(OrderSummary) == ""
        assert read_model_answer() == legacy_answer(), "whichever version serves"
    last = spawn("manage.py", "cqrs_rebuild", NAME, "--force")
    assert last.wait(60) == 0, last.output
    refresh(OrderSummary)
    assert not table.is_there(OrderSummary)
    assert list(ReadModelState.objects.values_list("name", flat=True)) == [NAME]
    assert verify(OrderSummary).found == 0
    assert read_model_answer() == legacy_answer()
