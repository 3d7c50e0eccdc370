"""Changes of an endpoint's mode while eight processes serve it: after one second all of them know."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from cqrs_read.standing import serving
from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.canary import Canary
from cqrs_routing.modes.mode import Mode
from cqrs_routing.switching.switch import Setting, set_mode, switch
from tests.faults.cqrs_routing.crowd import Asked, Crowd
from tests.faults.cqrs_routing.shop import ENDPOINT, open_shop
from tests.faults.cqrs_routing.web import Web
from tests.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

logger = logging.getLogger(__name__)

PROCESSES = 8
CLIENTS = 12
ROUNDS = 10
PROMISED_SECONDS = 1.0
POLL_SECONDS = 0.005
PATIENCE_SECONDS = 120

Change = Callable[[], object]


@dataclass(kw_only=True)
class Stretch:
    """The time in a mode: it was committed before ``begun``, and no other one before ``ended`` (monotonic seconds)."""

    mode: str
    percent: Decimal
    begun: float
    ended: float = float("inf")

    def settled(self, asked: Iterable[Asked]) -> list[Asked]:
        """What was sent when the promised second was over, and answered in this mode."""
        known = self.begun + PROMISED_SECONDS
        return [one for one in asked if one.answer.sent > known and one.answer.received < self.ended]


class History:
    """The stretches between changes, each as long as every process takes to answer once the second is over."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.stretches: list[Stretch] = []

    def live_through(self, changes: Iterable[Change]) -> None:
        with self.crowd.asking():
            for change in changes:
                self._make(change)
                assert eventually(partial(self._is_settled, len(self.crowd.asked)), PATIENCE_SECONDS)

    def _make(self, change: Change) -> None:
        before, ended = EndpointMode.objects.get_or_create(pk=ENDPOINT)[0].stint, time.monotonic()
        change()
        while (row := EndpointMode.objects.get(pk=ENDPOINT)).stint == before:
            time.sleep(POLL_SECONDS)
        if self.stretches:
            self.stretches[-1].ended = ended
        self.stretches.append(Stretch(mode=row.mode, percent=row.percent, begun=time.monotonic()))

    def _is_settled(self, since: int) -> bool:
        """Whether all processes have answered, and every client was answered by several."""
        processes = processes_by_client(self.stretches[-1].settled(self.crowd.asked[since:]))
        return (
            len(set().union(*processes.values())) == PROCESSES
            and len(processes) == CLIENTS
            and all(len(met) > 1 for met in processes.values())
        )


def processes_by_client(asked: Iterable[Asked]) -> dict[str, set[str]]:
    found = defaultdict(set)
    for one in asked:
        found[one.client].add(one.answer.process)
    return found


def sides_by_client(asked: Iterable[Asked]) -> dict[str, set[str]]:
    found = defaultdict(set)
    for one in asked:
        found[one.client].add(one.chosen)
    return found


def here(mode: str) -> Change:
    return partial(set_mode, ENDPOINT, mode, by="a test", reason="a proof", force=True)


def canary_of(percent: int) -> Change:
    setting = Setting(mode=Mode.CANARY, canary=Canary(percent=Decimal(percent)))
    return partial(switch, ENDPOINT, setting, by="a test", reason="a proof", force=True)


def elsewhere(spawn: Any, *arguments: str) -> Change:
    """By the command, which is a process of its own."""
    set_ = ("manage.py", "cqrs_endpoint", "set", ENDPOINT, *arguments)
    return partial(spawn, *set_, "--force", "--reason", "a proof")


@pytest.fixture
def history(transactional_db: None, spawn: Any) -> History:
    serving.forget()
    accounts = open_shop(clerks=CLIENTS)
    return History(Crowd(Web(spawn, PROCESSES), accounts))


def assert_promise(history: History) -> None:
    """Nobody was refused, and who asked when the second was over was answered by the side that the mode says."""
    asked = history.crowd.asked
    settled = [(stretch, stretch.settled(asked)) for stretch in history.stretches]
    counts = (len(asked), sum(len(those) for _, those in settled), len(settled))
    logger.info("%d requests, %d of them settled, %d changes", *counts)
    assert [one for one in asked if one.answer.status != 200] == []
    for stretch, those in settled:
        if stretch.mode == Mode.CANARY:
            assert_each_client_on_its_side(stretch, those)
        else:
            side = "cqrs" if stretch.mode == Mode.CQRS else "legacy"
            assert [one for one in those if one.chosen != side] == [], stretch
            assert len({one.answer.process for one in those if one.answer.side == side}) == PROCESSES, stretch


def assert_each_client_on_its_side(stretch: Stretch, asked: list[Asked]) -> None:
    sides = sides_by_client(asked)
    assert [found for found in sides.values() if len(found) > 1] == [], stretch
    assert set.union(*sides.values()) == {"cqrs", "legacy"}, stretch


def members_of(history: History, percent: int) -> list[frozenset[str]]:
    """Who was answered by the new side in each canary of ``percent``."""
    asked = history.crowd.asked
    return [
        frozenset(one.client for one in stretch.settled(asked) if one.chosen == "cqrs")
        for stretch in history.stretches
        if stretch.mode == Mode.CANARY and stretch.percent == percent
    ]


def test_after_one_second_every_process_serves_from_the_right_side(history: History, spawn: Any) -> None:
    history.live_through(
        [
            here("cqrs"),
            elsewhere(spawn, "legacy"),
            canary_of(50),
            here("shadow"),
        ]
    )
    assert_promise(history)


@pytest.mark.long
def test_of_a_hundred_changes_none_is_missed(history: History, spawn: Any) -> None:
    changes = [
        here("cqrs"),
        elsewhere(spawn, "legacy"),
        canary_of(25),
        elsewhere(spawn, "canary", "--percent", "50"),
        here("cqrs"),
        elsewhere(spawn, "canary", "--percent", "25"),
        here("shadow"),
        canary_of(50),
        elsewhere(spawn, "shadow"),
        here("legacy"),
    ]
    history.live_through(changes * ROUNDS)
    assert_promise(history)
    (few,), (many,) = set(members_of(history, 25)), set(members_of(history, 50))
    assert few < many
