"""The programme: the chapters in their order. A new chapter is a function, and a line here."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.core.management.base import CommandError
from django.db import DatabaseError

from legacy_app.demo.chapters.backfill import fill
from legacy_app.demo.chapters.burst import burst
from legacy_app.demo.chapters.canary import move_reads, move_writes
from legacy_app.demo.chapters.closing import settle
from legacy_app.demo.chapters.guard import take_back
from legacy_app.demo.chapters.legacy import run_legacy
from legacy_app.demo.chapters.opening import open_shop
from legacy_app.demo.chapters.own_writes import read_own_writes
from legacy_app.demo.chapters.prices import change_prices
from legacy_app.demo.chapters.rehearsal import rehearse_writes
from legacy_app.demo.chapters.shadow import shadow_reads
from legacy_app.demo.chapters.switching import there_and_back
from legacy_app.demo.exceptions import DemoError
from legacy_app.demo.stage import Stage

DEATH_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A title, why it is interesting, and what happens."""

    title: str
    why: str
    play: Callable[[Stage], None]


PROGRAMME = [
    Chapter(
        title="A shop opens",
        why="A Django/DRF monolith as many have it, in processes of its own: nothing here is simulated.",
        play=open_shop,
    ),
    Chapter(
        title="The monolith at work",
        why="Clerks list and place orders; the rest of the monolith writes in 19 ways, half of them plain SQL.",
        play=run_legacy,
    ),
    Chapter(
        title="Backfill",
        why="The read models are filled while all that goes on, and then checked row by row.",
        play=fill,
    ),
    Chapter(
        title="The nightly price change",
        why="One raw UPDATE over the whole catalogue: no signal reports it, the database itself does.",
        play=change_prices,
    ),
    Chapter(
        title="The reads in shadow",
        why="Legacy answers, a worker compares. The new order list has a mistake: its totals leave out discounts.",
        play=shadow_reads,
    ),
    Chapter(
        title="The reads move",
        why="No deployment: the same URL is answered from one row per order, for 5 %, 25 % and all of the clients.",
        play=move_reads,
    ),
    Chapter(
        title="Who writes sees it",
        why="The refresh is held for a moment. Who brings the token of a write must see it all the same.",
        play=read_own_writes,
    ),
    Chapter(
        title="The writes are rehearsed",
        why="The new handler does each order and is rolled back, then legacy does it. The handler is a draft.",
        play=rehearse_writes,
    ),
    Chapter(
        title="The writes move",
        why="Orders become commands, run inline or, with 'Prefer: respond-async', by Celery with a 202 at once.",
        play=move_writes,
    ),
    Chapter(
        title="The guard",
        why="The next release of the order list turns slow, and then faulty. Nobody is at hand but the guard.",
        play=take_back,
    ),
    Chapter(
        title="There and back",
        why="Going back loses nothing, since the legacy tables stay the truth. Both endpoints, several times.",
        play=there_and_back,
    ),
    Chapter(
        title="A burst without workers",
        why="Orders are accepted though nobody executes any; then a worker comes, and takes each customer's in order.",
        play=burst,
    ),
    Chapter(
        title="The reckoning",
        why="Was every promise kept? Each order is looked for, each row recomputed, both sides asked the same.",
        play=settle,
    ),
]


def play(programme: Sequence[Chapter], stage: Stage) -> None:
    """Play one chapter after the other.

    Raises:
        DemoError: a chapter cannot be played to its end.
    """
    for number, chapter in enumerate(programme, start=1):
        stage.narrator.chapter(number, len(programme), chapter.title, chapter.why)
        try:
            chapter.play(stage)
        except (DatabaseError, CommandError) as error:
            blame_the_dead(stage)
            raise DemoError(f"{chapter.title}: {' '.join(str(error).split())}") from error


def blame_the_dead(stage: Stage) -> None:
    """Raise ``ProcessDied`` if a process's end is why something failed; it may take a moment to show."""
    deadline = time.monotonic() + DEATH_SECONDS
    while time.monotonic() < deadline:
        stage.stack.check()
        time.sleep(0.1)
