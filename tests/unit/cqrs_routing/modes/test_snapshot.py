"""The snapshot of the modes: when it is read again, by whom, and what a failure leaves."""

import logging
import threading

import pytest
from django.db import OperationalError

from cqrs_routing.modes.mode import Mode
from cqrs_routing.modes.snapshot import LONGEST_TRANSACTION, MAX_AGE, TOO_OLD, ModeSnapshot
from cqrs_routing.modes.state import EndpointState

CQRS = EndpointState(Mode.CQRS)


class Source:
    """Rows to read, and a clock to set."""

    def __init__(self):
        self.now = 1000.0
        self.states = {}
        self.failure = None
        self.readings = 0

    def read(self):
        self.readings += 1
        if self.failure:
            raise self.failure
        return dict(self.states)

    def clock(self):
        return self.now


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def snapshot(source):
    return ModeSnapshot(source.read, source.clock)


def asked(snapshot, endpoint="GET a"):
    """The state as a routed request sees it."""
    if snapshot.is_due():
        snapshot.refresh()
    return snapshot.state_of(endpoint)


def test_an_endpoint_without_row_is_legacy(snapshot):
    assert asked(snapshot).mode is Mode.LEGACY


def test_the_first_request_reads(snapshot, source):
    source.states = {"GET a": CQRS}
    assert asked(snapshot) is CQRS


def test_a_young_snapshot_is_not_read_again(snapshot, source):
    asked(snapshot)
    source.now += MAX_AGE
    asked(snapshot)
    assert source.readings == 1


def test_a_change_elsewhere_is_seen_when_the_snapshot_is_of_age(snapshot, source):
    asked(snapshot)
    source.states = {"GET a": CQRS}
    source.now += MAX_AGE + 0.01
    assert asked(snapshot) is CQRS


def test_a_change_is_seen_within_one_second_whatever_the_clock_says_of_the_process():
    assert MAX_AGE < TOO_OLD < 1


def test_a_failing_reading_keeps_what_was_known_and_is_logged_once(snapshot, source, caplog):
    source.states = {"GET a": CQRS}
    asked(snapshot)
    source.failure = OperationalError("the database is down")

    with caplog.at_level(logging.WARNING, "cqrs_routing.modes"):
        for _ in range(3):
            source.now += 1
            assert asked(snapshot) is CQRS

    assert source.readings == 4
    assert [record.getMessage() for record in caplog.records] == [
        "The modes cannot be read; the last known ones stay."
    ]


def test_a_failing_reading_is_not_tried_again_at_once(snapshot, source):
    source.failure = OperationalError("the database is down")
    asked(snapshot)
    asked(snapshot)
    assert source.readings == 1


def test_a_second_failure_after_a_recovery_is_logged_again(snapshot, source, caplog):
    for failure in (OperationalError(), None, OperationalError()):
        source.failure = failure
        source.now += 1
        asked(snapshot)
    assert len(caplog.records) == 2


def test_expired_modes_are_read_at_once(snapshot, source):
    asked(snapshot)
    source.states = {"GET a": CQRS}
    snapshot.expire()
    assert asked(snapshot) is CQRS


def test_unsettled_modes_are_read_for_every_request(snapshot, source):
    snapshot.expire(unsettled=True)
    asked(snapshot)
    asked(snapshot)
    assert source.readings == 2

    snapshot.settle()
    asked(snapshot)
    asked(snapshot)
    assert source.readings == 3


def test_a_transaction_that_was_rolled_back_is_over_some_time(snapshot, source):
    snapshot.expire(unsettled=True)
    source.now += LONGEST_TRANSACTION
    asked(snapshot)
    asked(snapshot)
    assert source.readings == 1


def test_a_pin_is_stronger_than_the_row(snapshot, source):
    source.states = {"GET a": EndpointState(Mode.CQRS, obstacle="not filled yet")}
    assert snapshot.pin("GET a", CQRS) is None
    assert asked(snapshot) == CQRS
    assert snapshot.pin("GET a", None) is CQRS
    assert asked(snapshot).obstacle == "not filled yet"


class SlowSource(Source):
    """A source whose reading lasts until it is let go."""

    def __init__(self):
        super().__init__()
        self.begun = threading.Event()
        self.let_go = threading.Event()

    def read(self):
        self.begun.set()
        self.let_go.wait(10)
        return super().read()


def test_while_one_request_reads_the_others_use_what_is_there():
    source = SlowSource()
    source.let_go.set()
    snapshot = ModeSnapshot(source.read, source.clock)
    asked(snapshot)
    source.begun.clear()
    source.let_go.clear()
    source.states = {"GET a": CQRS}
    source.now += MAX_AGE + 0.01

    reader = threading.Thread(target=asked, args=[snapshot])
    reader.start()
    assert source.begun.wait(10)
    assert asked(snapshot).mode is Mode.LEGACY
    source.let_go.set()
    reader.join(10)

    assert asked(snapshot) is CQRS
    assert source.readings == 2


def test_a_request_that_finds_the_modes_too_old_waits_for_the_one_that_reads(monkeypatch):
    monkeypatch.setattr("cqrs_routing.modes.snapshot.LONGEST_WAIT", 10)
    source = SlowSource()
    source.states = {"GET a": CQRS}
    snapshot = ModeSnapshot(source.read, source.clock)

    reader = threading.Thread(target=asked, args=[snapshot])
    reader.start()
    assert source.begun.wait(10)
    threading.Timer(0.1, source.let_go.set).start()

    assert asked(snapshot) is CQRS
    reader.join(10)
    assert source.readings == 1
