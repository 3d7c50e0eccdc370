"""Who writes reads it at once, from another process, whatever happens to the refresher: never the old data."""

import logging
import threading
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import pytest

from cqrs_read.standing import serving
from cqrs_routing.freshness.events import WAITED
from cqrs_routing.switching.switch import set_mode
from cqrs_routing.traffic.totals import totals
from tests.faults.cqrs_routing.clerk import Clerk, Written
from tests.faults.cqrs_routing.refresher import Hardship, Refresher
from tests.faults.cqrs_routing.shop import ENDPOINT, open_shop
from tests.faults.cqrs_routing.web import SETTINGS, Answer, Web

pytestmark = pytest.mark.django_db(transaction=True)

logger = logging.getLogger(__name__)

PATIENT = "tests.faults.cqrs_routing.patient"
PROCESSES = 4
KEEPING = ["header", "cookie", "both"]
CLERKS = 6
PAIRS, ROUNDS = 10_080, 14
CONTROL = 3
"""One read in so many writes is done without the token, to see that the old data would be there."""


@dataclass(frozen=True, kw_only=True)
class Stale:
    """A read that does not show what its client has written."""

    written: Written
    read: Answer


class Outcome:
    """What came of the pairs of a write and its reads: ``counts``, and every stale read with a token."""

    def __init__(self) -> None:
        self.counts = Counter[str]()
        self.stale: list[Stale] = []
        self._lock = threading.Lock()

    def add(self, written: Written, reads: Iterable[Answer]) -> None:
        with self._lock:
            self.counts.update(["pairs", written.what])
            for read in reads:
                self.counts["fell back" if read.fallback else read.side] += 1
                if not is_shown(written, read):
                    self.stale.append(Stale(written=written, read=read))

    def add_without_token(self, written: Written, read: Answer) -> None:
        with self._lock:
            self.counts["without token"] += 1
            self.counts["stale without token"] += not is_shown(written, read)


def is_shown(written: Written, read: Answer) -> bool:
    return written.shown_in(read.document["results"])


class Office:
    """Clerks at work behind several processes, a third of them with each way to keep a token."""

    def __init__(self, spawn: Any, *, customers: int, settings: str = SETTINGS) -> None:
        accounts = open_shop(clerks=CLERKS, customers=customers)
        set_mode(ENDPOINT, "cqrs", by="a test", reason="a proof", force=True)
        self.web, self.outcome = Web(spawn, PROCESSES, settings), Outcome()
        self.clerks = [
            Clerk(self.web, account, keeps, seed)
            for seed, (account, keeps) in enumerate(zip(accounts, cycle(KEEPING), strict=False))
        ]

    def go_through(self, hardships: Iterable[Hardship], *, pairs: int) -> None:
        """At least so many ``pairs`` in each of them."""
        for hardship in hardships:
            with hardship() as may_end:
                self._work(pairs)
                while not may_end():
                    self._work(len(self.clerks))
        self.web.stop()

    def _work(self, pairs: int) -> None:
        with ThreadPoolExecutor(len(self.clerks)) as threads:
            list(threads.map(lambda clerk: self._do(clerk, pairs // len(self.clerks)), self.clerks))

    def _do(self, clerk: Clerk, pairs: int) -> None:
        for number in range(pairs):
            written = clerk.write()
            if number % CONTROL == 0:
                self.outcome.add_without_token(written, clerk.read(written))
            self.outcome.add(written, clerk.read_elsewhere(written))


@pytest.fixture(autouse=True)
def _ask_again() -> None:
    serving.forget()


def assert_promise(outcome: Outcome) -> None:
    """Nothing was stale, though the new side did answer, now after a wait, and legacy where that was not enough."""
    counted = totals(ENDPOINT)
    waited = sum(side.other(WAITED) for side in counted.values())
    logger.info("%s, waited %d", dict(outcome.counts), waited)
    assert outcome.stale == []
    assert outcome.counts["stale without token"], outcome.counts
    assert outcome.counts["cqrs"], outcome.counts
    assert outcome.counts["fell back"], outcome.counts
    assert outcome.counts["legacy"] == 0, outcome.counts
    assert waited


@pytest.mark.postgresql
def test_who_has_written_never_reads_older_data(transactional_db: None, spawn: Any) -> None:
    office, refresher = Office(spawn, customers=2, settings=PATIENT), Refresher(spawn)
    hardships = [
        refresher.following,
        refresher.beside_long_transactions,
        refresher.held,
        refresher.rebuilding,
        refresher.killed,
        refresher.slow,
    ]
    office.go_through(hardships, pairs=24)
    assert_promise(office.outcome)


@pytest.mark.postgresql
@pytest.mark.long
def test_ten_thousand_writes_and_reads(transactional_db: None, spawn: Any) -> None:
    office, refresher = Office(spawn, customers=40), Refresher(spawn)
    hardships = [
        refresher.following,
        refresher.held,
        refresher.rebuilding,
        refresher.beside_long_transactions,
        refresher.killed,
        refresher.slow,
        refresher.beside_long_transactions,
        refresher.in_small_steps,
    ]
    office.go_through(hardships * ROUNDS, pairs=PAIRS // ROUNDS // len(hardships))
    assert_promise(office.outcome)
    assert office.outcome.counts["pairs"] >= 10_000


@pytest.mark.sqlite
def test_so_it_is_with_one_writer_at_a_time(transactional_db: None, spawn: Any) -> None:
    """A refresher that is held with a transaction open keeps everybody from writing, so it is killed instead."""
    office, refresher = Office(spawn, customers=2, settings=PATIENT), Refresher(spawn)
    office.go_through([refresher.following, refresher.killed, refresher.slow], pairs=30)
    assert_promise(office.outcome)
