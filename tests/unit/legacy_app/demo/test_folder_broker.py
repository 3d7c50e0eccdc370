"""The folder as a broker: what one process sends, exactly one other gets."""

from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from legacy_app.demo.folder_broker import Transport


@pytest.fixture
def connect(tmp_path: Path):
    connections: list[Connection] = []

    def channel():
        connections.append(Connection(transport=Transport, transport_options={"folder": str(tmp_path)}))
        return connections[-1].default_channel

    yield channel
    for connection in connections:
        connection.release()


def test_messages_arrive_in_order_and_once(connect):
    sender, receivers = connect(), [connect(), connect()]
    for number in range(4):
        sender._put("orders", {"number": number})

    received = [receivers[number % 2]._get("orders")["number"] for number in range(4)]

    assert received == [0, 1, 2, 3]
    with pytest.raises(Empty):
        receivers[0]._get("orders")


def test_a_message_that_is_being_written_is_not_there_yet(connect, tmp_path):
    channel = connect()
    channel._put("orders", {})
    (tmp_path / "orders" / "0-unfinished.new").write_text("")

    assert channel._size("orders") == 1
    assert channel._get("orders") == {}


def test_queues_are_apart_and_can_be_purged(connect):
    channel = connect()
    channel._put("orders", {})
    channel._put("mail", {})

    assert channel._purge("orders") == 1
    assert (channel._size("orders"), channel._size("mail")) == (0, 1)
