"""Shadow reads while others write as fast as they can: what is right never differs, and what is wrong still does."""

import json
import queue
import random
import sys
import time
from collections import Counter
from contextlib import ExitStack

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import Sum

from cqrs_read.standing import serving
from cqrs_routing.models import Mismatch
from cqrs_routing.shadow.check import Checked, check_and_count
from cqrs_routing.shadow.sample import Sample
from cqrs_routing.shadow.sending import Sender
from cqrs_routing.testing import endpoint_in_mode
from cqrs_routing.traffic.counts import COMPARED, INCONCLUSIVE, counts
from cqrs_routing.traffic.flush import flush
from cqrs_routing.traffic.totals import totals
from cqrs_write.capture.images import install_images, remove_all_images
from legacy_app.demo.writes import Slice
from legacy_app.orders.models import Order
from tests.faults.cqrs_read.test_concurrency import Crew

from .busy_shop import ALL_WRITES, Writer, open_busy_shop, refresh_all
from .traffic import ENDPOINTS, WRITES, ask, clients, write

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 4
SECONDS = 2 * 3600
"""At most."""


@pytest.fixture
def samples(monkeypatch):
    """What requests have sent, as it arrives."""
    arriving: queue.Queue[Sample] = queue.Queue(maxsize=50)
    monkeypatch.setattr(
        Sender,
        "send",
        lambda self, sample: arriving.put(Sample.from_dict(json.loads(json.dumps(sample.to_dict())))),
    )
    return arriving


@pytest.fixture
def shop(transactional_db, settings):
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": False, "SHADOW_MAX_LOAD": 1.0}
    serving.forget()
    counts.take()
    yield open_busy_shop()
    counts.take()


class Trial:
    """Some requests, each of which is compared while the writers go on."""

    def __init__(
        self, shop, samples, requests, *, writers=WRITERS, pause=0.0, writes=ALL_WRITES, endpoints=ENDPOINTS
    ):
        self.samples, self.requests = samples, requests
        self.found: list[Checked] = []
        self.asked = 0
        self.endpoints = list(endpoints)
        self.people = clients()
        parts = [Slice.of(shop, number, writers) for number in range(writers)]
        self.writers = [Writer(part=part, writes=writes, pause=pause) for part in parts]
        self.crew = Crew()

    def run(self) -> "Trial":
        seed, started = random.randrange(10_000), time.monotonic()
        for number, writer in enumerate(self.writers):
            self.crew.repeat(writer.write, seed + number)
        self.crew.repeat(refresh_all, seed)
        self.crew.repeat(self.ask, seed)
        for _ in range(2):
            self.crew.repeat(self.compare, seed)
        with ExitStack() as stack:
            for endpoint in self.endpoints:
                stack.enter_context(endpoint_in_mode(endpoint, "shadow", sampled=1.0))
            self.crew.work(SECONDS)
        self.seconds = time.monotonic() - started
        sys.stdout.write(f"{self}\n")
        return self

    def ask(self, choice):
        if self.asked < self.requests:
            ask(choice, self.people, self.endpoints[self.asked % len(self.endpoints)])
            self.asked += 1
        else:
            time.sleep(0.1)

    def compare(self, choice):
        try:
            sample = self.samples.get(timeout=0.1)
        except queue.Empty:
            return
        self.found.append(check_and_count(sample))
        if len(self.found) >= self.requests:
            self.crew.stopped.set()

    @property
    def mismatched(self):
        return [one for one in self.found if one.differences]

    @property
    def reasons(self):
        return Counter(one.inconclusive for one in self.found if one.inconclusive)

    @property
    def moments(self):
        """Comparisons that could not be told from the answer that legacy has given."""
        return sum(1 for one in self.found if one.candidate is not None)

    def __str__(self):
        written = sum((writer.done for writer in self.writers), Counter())
        return (
            f"{len(self.found)} compared in {self.seconds:.1f} s, {self.moments} in a moment, "
            f"{len(self.mismatched)} differ, inconclusive {self.reasons.total()} {dict(self.reasons)}, "
            f"{written.total()} writes {dict(written)}"
        )


def titles():
    return dict(Mismatch.objects.filter(is_inconclusive=False).values_list("title", "count"))


class MixedTrial(Trial):
    """The same, with a write in every fourth request, which is rehearsed while the others write."""

    def run(self) -> "MixedTrial":
        with ExitStack() as stack:
            for endpoint in WRITES:
                install_images(endpoint)
                stack.enter_context(endpoint_in_mode(endpoint, "shadow", sampled=1.0))
            stack.callback(remove_all_images, "default")
            super().run()
        flush()
        rehearsed = [totals(endpoint)["shadow"] for endpoint in WRITES]
        self.rehearsed = Counter(
            {name: sum(one.other(name) for one in rehearsed) for name in (COMPARED, INCONCLUSIVE)}
        )
        sys.stdout.write(f"rehearsed {dict(self.rehearsed)} {untold()}\n")
        return self

    def ask(self, choice):
        if self.asked < self.requests:
            for _ in range(self.asked % 3 == 0):
                cache.clear()  # What is remembered of throttles.
                write(choice, self.people, choice.choice(list(WRITES)))
        super().ask(choice)


def untold():
    """Why comparisons came to no result."""
    reasons = Mismatch.objects.filter(is_inconclusive=True).order_by("title")
    return dict(reasons.values_list("title").annotate(Sum("count")))


def write_unseen(part: Slice) -> None:
    """A write that capture does not see, by whichever hole."""
    Order.objects.filter(pk__in=part.some_orders()).update(note=f"Unseen {random.random()}")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cqrs_change_log WHERE xid = pg_current_xact_id()")


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("requests", "pause"), [(150, 0.02), pytest.param(10_000, 0.0, marks=pytest.mark.long)]
)
def test_what_is_right_never_differs(requests, pause, shop, samples):
    trial = Trial(shop, samples, requests, pause=pause).run()
    assert titles() == {}
    assert len(trial.found) == requests
    assert trial.reasons.total() <= requests / 10, str(trial)
    assert trial.moments > 0, "the writers were at work"


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("requests", "pause"), [(90, 0.05), pytest.param(7_500, 0.02, marks=pytest.mark.long)]
)
def test_what_is_right_never_differs_though_it_writes(requests, pause, shop, samples):
    """A third as many writes beside the reads; many of them meet other writers, and then nothing is said."""
    trial = MixedTrial(shop, samples, requests, pause=pause).run()
    assert titles() == {}
    assert trial.rehearsed.total() == requests // 3
    assert trial.rehearsed[COMPARED] > 0


@pytest.mark.postgresql
def test_a_column_that_one_of_many_writes_leaves_stale_is_found(shop, samples):
    writes = [*ALL_WRITES, *[write_unseen] * 10]  # the others bring the rows up to date again
    trial = Trial(shop, samples, 40, pause=0.02, writes=writes, endpoints=["GET orders:order-list"]).run()
    assert titles() == {"results[].note changed": len(trial.mismatched)}
    assert trial.mismatched


@pytest.mark.sqlite
def test_what_is_right_never_differs_where_writers_take_turns(shop, samples):
    """A moment is awaited here, in which nothing is left to be consumed: writers who never rest leave none."""
    trial = Trial(shop, samples, 40, writers=2, pause=1.0).run()
    assert titles() == {}
    assert len(trial.found) == 40
    assert trial.reasons.total() <= 4, str(trial)
