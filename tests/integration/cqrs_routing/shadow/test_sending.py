"""Samples on their way: to a real queue, in batches, shed where there is too much, and never an error of a request."""

import base64
import json
from dataclasses import replace

import pytest
from django.test import Client

from cqrs_routing.models import Mismatch
from cqrs_routing.serving.load import Load
from cqrs_routing.shadow import sending
from cqrs_routing.shadow.check import check_and_count
from cqrs_routing.shadow.sample import NO_ANSWER, Sample
from cqrs_routing.shadow.sending import BATCH, Sender
from cqrs_routing.testing import endpoint_in_mode
from cqrs_routing.traffic.counts import counts
from cqrs_routing.traffic.flush import flush
from cqrs_routing.traffic.totals import totals
from legacy_app.celery import app
from tests.waiting import eventually

from .conftest import NAME

QUEUE = "cqrs_shadow"


@pytest.fixture(autouse=True)
def _not_eager():
    was = app.conf.task_always_eager
    app.conf.task_always_eager = False
    yield
    app.conf.task_always_eager = was


@pytest.fixture
def sender(monkeypatch):
    made = Sender()
    monkeypatch.setattr(sending, "sender", made)
    return made


def sample(path="/api/orders/"):
    return Sample(
        endpoint=NAME,
        stint=0,
        path=path,
        secure=False,
        meta={},
        user="",
        language=None,
        time_zone="",
        legacy=NO_ANSWER,
    )


def shed():
    return sum(count for cell, count in counts.take().items() if cell.metric == "shed")


def batches(redis_client):
    """How many samples each message in the queue has."""
    messages = [json.loads(message) for message in redis_client.lrange(QUEUE, 0, -1)]
    bodies = [json.loads(base64.b64decode(message["body"])) for message in messages]
    return sorted(len(args[0]) for args, *_ in bodies)


def test_many_share_a_message(sender, redis_client):
    sender.send(sample())
    for _ in range(BATCH + 3):
        sender.send(sample())
    assert batches(redis_client) == [1, BATCH]
    sender.flush()
    assert batches(redis_client) == [1, 3, BATCH]


def test_a_full_queue_sheds(sender, redis_client, settings):
    settings.CQRS_ROUTING = {"SHADOW_QUEUE_LIMIT": 15}
    for _ in range(2):
        sender.send(sample())
        sender.flush()
    sender._looked_at = float("-inf")
    sender.send(sample())
    sender.flush()
    assert len(batches(redis_client)) == 2
    assert shed() == 1


def test_a_broker_that_is_away_costs_counts_and_no_request(sender, monkeypatch, caplog):
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    for _ in range(5):
        sender.send(sample())
    assert shed() == 5
    assert len([one for one in caplog.records if one.name == "cqrs_routing.shadow"]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_busy_process_samples_nothing(clerk, sent, monkeypatch, settings):
    class Busy(Load):
        share = 0.9

    settings.CQRS_ROUTING = {}
    monkeypatch.setattr("cqrs_routing.shadow.taking.load", Busy())
    with endpoint_in_mode(NAME, "shadow", sampled=1.0):
        assert clerk.get("/api/orders/").status_code == 200
    assert sent == []
    flush()
    assert totals(NAME)["shadow"].other("shed") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("mode", "options", "samples"),
    [
        ("legacy", {"sampled": 1.0}, 0),
        ("shadow", {"sampled": 0.0}, 0),
        ("shadow", {"sampled": 1.0}, 3),
        ("canary", {"sampled": 1.0, "percent": 0}, 3),
        ("canary", {"sampled": 1.0, "percent": 100}, 0),
        ("cqrs", {"sampled": 1.0}, 0),
    ],
)
def test_what_legacy_answers_in_shadow_and_canary_is_sampled(clerk, sent, mode, options, samples):
    with endpoint_in_mode(NAME, mode, **options):
        for _ in range(3):
            clerk.get("/api/orders/")
        clerk.head("/api/orders/")
        clerk.options("/api/orders/")
    assert len(sent) == samples


@pytest.mark.django_db(transaction=True)
def test_a_share_of_the_requests_is_sampled(clerk, sent):
    with endpoint_in_mode(NAME, "shadow", sampled=0.5):
        for _ in range(60):
            clerk.get("/api/orders/?page_size=1")
    assert 10 < len(sent) < 50


@pytest.mark.django_db(transaction=True)
def test_a_worker_compares_what_requests_have_sent(clerk, sender, spawn):
    with endpoint_in_mode(NAME, "shadow", sampled=1.0):
        for page in range(1, 4):
            clerk.get(f"/api/orders/?page_size=3&page={page}")
        Client().get("/api/orders/")
    sender.flush()
    worker = spawn(
        "-m", "celery", "-A", "legacy_app", "worker", "-Q", QUEUE, "--pool", "solo", "--without-heartbeat",
        environment={"DJANGO_SETTINGS_MODULE": "legacy_app.settings_cqrs"},
    )  # fmt: skip
    assert eventually(lambda: totals(NAME)["shadow"].other("compared") == 4), worker.output
    assert not Mismatch.objects.exists()
    assert totals(NAME)["shadow"].requests == 4


def test_an_endpoint_that_is_none_any_more_is_nothing():
    assert check_and_count(replace(sample(), endpoint="GET gone")) is None
