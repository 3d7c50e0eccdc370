"""A broker that is gone, or that takes connections and says nothing."""

import logging
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from cqrs_write import queues, wakeup
from cqrs_write.bus import accept
from cqrs_write.models import LoggedCommand
from legacy_app.celery import app as celery_app
from tests.integration.cqrs_write.commands.probe.commands import Write

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def broker_at(url: str) -> Iterator[wakeup.Waker]:
    """Celery with another broker, and a fresh waker for it."""
    was, waker = celery_app.conf.broker_url, wakeup._waker
    celery_app.conf.broker_url = url
    wakeup._renew()
    try:
        yield wakeup._waker
    finally:
        wakeup._waker = waker
        celery_app.conf.broker_url = was


def test_accepting_goes_on_while_the_broker_is_gone_and_the_sweep_delivers_later(own_redis, caplog):
    caplog.set_level(logging.WARNING, logger="cqrs_write.wakeup")
    with broker_at(own_redis.url):
        accept(Write(text="before"))
        assert wakeup.flush(30)
        own_redis.kill()

        accept(Write(text="while it is gone"))
        assert wakeup.flush(30)
        accept(Write(text="still gone"))
        assert wakeup.flush(30)

        assert wakeup.failures() == 2
        assert [record.getMessage()[:26] for record in caplog.records] == ["Wake-ups cannot be sent (O"]
        assert LoggedCommand.objects.filter(state="accepted").count() == 3

        own_redis.start()
        assert queues.wake_runnable("default") == ["probe"]
        assert wakeup.flush(30)
        with redis.from_url(own_redis.url) as client:
            assert client.llen("probe") >= 1


def test_a_broker_that_hangs_holds_up_nobody():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with broker_at(f"redis://127.0.0.1:{port}/0") as waker:
            accept(Write(text="one"))
            accept(Write(text="two"))

            assert LoggedCommand.objects.count() == 2
            assert wakeup.flush(30)
            assert waker.failures >= 1


def test_a_broker_that_is_stopped_and_goes_on_loses_nothing(own_redis):
    with broker_at(own_redis.url):
        accept(Write(text="one"))
        assert wakeup.flush(30)
        own_redis.lifeline.send(signal.SIGSTOP)
        try:
            accept(Write(text="two"))
            assert wakeup.flush(30)
            assert wakeup.failures() == 1
        finally:
            own_redis.lifeline.send(signal.SIGCONT)
        assert queues.wake_runnable("default") == ["probe"]
        assert wakeup.flush(30)
        assert wakeup.failures() == 1
