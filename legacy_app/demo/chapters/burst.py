"""A burst of orders while no worker runs: all are accepted, and then worked off in the order of each customer."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from legacy_app.demo.chapters.closing import await_commands
from legacy_app.demo.clients import NOTE, ORDERS, Placed, random_order
from legacy_app.demo.http import Connection
from legacy_app.demo.measurements import WRITE
from legacy_app.demo.promises import ACCEPTED, unfinished
from legacy_app.demo.stage import Stage
from legacy_app.orders.models import Order

CUSTOMERS, CLIENTS = 20, 4
ORDERS_PER_SECOND_OF_LOAD = 6
"""So many orders for each second that the load of the other chapters takes."""


def burst(stage: Stage) -> None:
    """Stop the workers, send orders as fast as they are taken, and start the workers again."""
    narrator = stage.narrator
    stage.stack.stop_worker()
    rounds = max(2, round(stage.options.seconds * ORDERS_PER_SECOND_OF_LOAD / CUSTOMERS))
    started = time.monotonic()
    sent = send(stage, rounds)
    took = time.monotonic() - started
    accepted = {customer: notes for customer, notes in sent.items() if notes}
    number = sum(map(len, accepted.values()))
    narrator.say(
        f"{number:,} orders accepted in {took:.1f} s with no worker running; {unfinished():,} commands wait"
    )

    stage.stack.start_worker()
    started = time.monotonic()
    await_commands(stage)
    narrator.say(f"A worker is started: {unfinished():,} wait {time.monotonic() - started:.1f} s later")
    late = out_of_order(accepted)
    stage.differences += late
    narrator.say(
        f"{len(accepted) - len(late)} of {len(accepted)} customers' orders were placed in their order"
    )


def send(stage: Stage, rounds: int) -> dict[int, list[str]]:
    """Each customer's orders one after another; returns the notes of the accepted ones, as they were sent."""
    numbers = count(1)
    customers = random.sample(stage.shop.customers, min(CUSTOMERS, len(stage.shop.customers)))

    def send_all(mine: list[int]) -> dict[int, list[str]]:
        connection = Connection(stage.stack.port or 0, stage.shop.tokens[0])
        notes: dict[int, list[str]] = {customer: [] for customer in mine}
        for _ in range(rounds):
            for customer in mine:
                note = f"{NOTE}burst {next(numbers)}"
                order = random_order(stage.shop, note) | {"customer": customer}
                answer = connection.post(ORDERS, order, {"Prefer": "respond-async"})
                stage.measurements.add(WRITE, answer)
                stage.clients.record(Placed(note=note, status=answer.status))
                if answer.status == ACCEPTED:
                    notes[customer].append(note)
        connection.close()
        return notes

    with ThreadPoolExecutor(CLIENTS) as pool:
        found = pool.map(send_all, [customers[start::CLIENTS] for start in range(CLIENTS)])
    return {customer: notes for part in found for customer, notes in part.items()}


def out_of_order(accepted: dict[int, list[str]]) -> list[str]:
    """One line for each customer whose orders were not placed as they were accepted."""
    late = []
    for customer, notes in accepted.items():
        placed = Order.objects.filter(note__in=notes).order_by("pk").values_list("note", flat=True)
        if list(placed) != [note for note in notes if note in set(placed)]:
            late.append(f"The orders of customer {customer} were not placed in the order of their acceptance")
    return late
