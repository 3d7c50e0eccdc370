"""Celery tasks that no worker gets."""

import kombu
import pytest
from celery import Celery, chain, chord, group

from cqrs_routing.sandbox.refusal import EffectRefused

from .keeping import found, kept_in

NOBODY = "redis://127.0.0.1:1/0"
"""A broker that does not answer: who connects fails."""


@pytest.fixture
def app():
    app = Celery("sandboxed", broker=NOBODY, backend=NOBODY, set_as_current=False)
    app.conf.broker_transport_options = {"max_retries": 0}
    app.ran = []

    @app.task(name="shop.add", shared=False)
    def add(*args):
        app.ran.append(args)
        return sum(args)

    @app.task(name="shop.print", shared=False)
    def print_label():
        app.ran.append("printed")

    return app


@pytest.fixture
def add(app):
    return app.tasks["shop.add"]


@pytest.fixture
def print_label(app):
    return app.tasks["shop.print"]


SENDING = {
    "delay": lambda task: task.delay(1, 2),
    "apply_async": lambda task: task.apply_async((1, 2), countdown=3),
    "positional": lambda task: task.apply_async((1, 2), {}),
    "a signature": lambda task: task.s(1, 2).apply_async(),
    "a signature's delay": lambda task: task.s(1).delay(2),
    "send_task": lambda task: task.app.send_task("shop.add", (1, 2)),
    "an unknown signature": lambda task: task.app.signature("shop.add", (1, 2)).apply_async(),
}


@pytest.mark.parametrize("name", SENDING)
@pytest.mark.parametrize("eager", [False, True])
def test_a_task_counts_as_sent_and_is_not(name, eager, app, add):
    app.conf.task_always_eager = eager
    with kept_in() as recorded:
        result = SENDING[name](add)
    assert result.id
    assert (result.status, result.ready(), result.result) == ("PENDING", False, None)
    assert found(recorded) == [("task", "shop.add")]
    assert app.ran == []


def test_a_task_keeps_the_id_that_it_is_given(app, add):
    with kept_in():
        assert add.apply_async((1, 2), task_id="mine").id == "mine"
        assert app.send_task("shop.add", task_id="mine too").id == "mine too"


def test_each_task_has_an_id_of_its_own(add):
    with kept_in():
        assert add.delay().id != add.delay().id


CANVAS = {
    "group": lambda a, b: group(a.s(1), b.si()),
    "called group": lambda a, b: group([a.s(1), b.si()]),
    "chain": lambda a, b: chain(a.s(1), b.si()),
    "piped": lambda a, b: a.s(1) | b.si(),
    "chord": lambda a, b: chord([a.s(1)], b.si()),
    "group of chains": lambda a, b: group(chain(a.s(1), b.si())),
}


@pytest.mark.parametrize("name", CANVAS)
@pytest.mark.parametrize("eager", [False, True])
def test_a_canvas_is_all_its_tasks(name, eager, app, add, print_label):
    app.conf.task_always_eager = eager
    with kept_in() as recorded:
        result = CANVAS[name](add, print_label).apply_async()
    assert result.id
    assert found(recorded) == [("task", "shop.add"), ("task", "shop.print")]
    assert app.ran == []


def test_a_group_has_a_result_of_each_task(add):
    with kept_in():
        result = group(add.s(1), add.s(2))()
    assert len(result.results) == 2
    assert not result.ready()


def test_the_body_of_a_chord_may_come_later(add, print_label):
    with kept_in() as recorded:
        chord([add.s(1), add.s(2)])(print_label.si())
    assert [detail for _, detail in found(recorded)] == ["shop.add", "shop.add", "shop.print"]


def test_chunks_and_maps_are_sent_as_such(add):
    with kept_in() as recorded:
        add.chunks([(1, 2), (3, 4)], 1).apply_async()
        add.map([1]).apply_async()
    assert [detail for _, detail in found(recorded)] == ["celery.starmap", "celery.starmap", "celery.map"]


def test_waiting_for_a_result_is_refused_at_once(add):
    with kept_in() as recorded, pytest.raises(EffectRefused):
        add.delay().get()
    assert found(recorded)[1][1].startswith("wait for the result of ")


def test_a_message_to_the_broker_is_not_published():
    with kombu.Connection("memory://published") as connection:
        queue = connection.SimpleQueue("letters")
        with kept_in() as recorded:
            queue.put({"a": 1})
            connection.Producer().publish({}, exchange="news", routing_key="today")
        assert queue.qsize() == 0
        queue.put({"a": 1})
        assert queue.qsize() == 1
    assert found(recorded) == [
        ("message", "to exchange 'letters' by 'letters'"),
        ("message", "to exchange 'news' by 'today'"),
    ]


def test_a_task_that_is_called_runs_in_the_sandbox(app, add):
    with kept_in() as recorded:
        assert add(1, 2) == 3
        assert add.apply((1, 2)).get() == 3
    assert app.ran == [(1, 2), (1, 2)]
    assert not recorded.effects


def test_another_thread_sends(app, add, in_thread):
    app.conf.task_always_eager = True
    with kept_in() as recorded:
        assert in_thread(lambda: add.delay(1, 2).get()) == 3
    assert app.ran == [(1, 2)]
    assert not recorded.effects
