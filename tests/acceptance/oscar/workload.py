"""The shop at work: ``python workload.py HANDS ROUNDS`` until SIGTERM, but at least so many rounds.

In every round each hand does every write once, in an order of its own. Prints "At work." when the first round is
done, and at the end, as JSON, how often each write was done and how often one was lost to another hand.
"""

import json
import signal
import sys
import threading
from collections import Counter
from typing import Any

import django

django.setup()

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction
from hand import Hand, Nothing
from writes import BY_THE_SHOPS_VIEWS, IN_ONE_TRANSACTION, Undone

# A deadlock, or a row that was there a moment ago: the writer's transaction is rolled back, as in any shop.
LOST = (DatabaseError, ObjectDoesNotExist, Nothing)


class Workload:
    """So many hands, each in a thread with a connection of its own."""

    def __init__(self, hands: int, rounds: int) -> None:
        self.rounds = rounds
        self.done, self.lost, self.failures = Counter[str](), Counter[str](), list[BaseException]()
        self.told_to_stop = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=[Hand(n, hands)]) for n in range(hands)]

    def run(self) -> dict[str, Any]:
        """Raises what one of the hands stumbled over."""
        signal.signal(signal.SIGTERM, lambda *args: self.told_to_stop.set())
        for thread in self.threads:
            thread.start()
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise self.failures[0]
        return {"done": self.done, "lost": self.lost}

    def work(self, hand: Hand) -> None:
        try:
            rounds = 0
            while not self.failures and not (rounds >= self.rounds and self.told_to_stop.is_set()):
                self.do_each_write_once(hand)
                rounds += 1
                if rounds == 1:
                    print("At work.", flush=True)
        except Exception as error:  # noqa: BLE001  raised by run()
            self.failures.append(error)
        finally:
            connection.close()

    def do_each_write_once(self, hand: Hand) -> None:
        writes = [*BY_THE_SHOPS_VIEWS, *IN_ONE_TRANSACTION]
        hand.chance.shuffle(writes)
        for write in writes:
            try:
                if write in BY_THE_SHOPS_VIEWS:
                    write(hand)
                else:
                    with transaction.atomic():
                        write(hand)
            except LOST as error:
                self.lost[f"{write.__name__}: {type(error).__name__} {str(error).splitlines()[0]}"] += 1
            except Undone:
                self.done[write.__name__] += 1
            else:
                self.done[write.__name__] += 1


if __name__ == "__main__":
    print(json.dumps(Workload(*map(int, sys.argv[1:])).run()))
