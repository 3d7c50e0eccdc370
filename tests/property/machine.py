"""The state machine: several connections write, refreshers and backfills work in between and are killed."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import DatabaseError, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from cqrs_read import backfill as backfills
from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.fan_out.dependencies import streams
from cqrs_read.refresh import refresh
from cqrs_read.standing.state import state_of
from cqrs_read.verify import verify
from cqrs_write import changelog
from cqrs_write.capture.install import install
from cqrs_write.trimming import trim
from tests.property.actions import vocabulary
from tests.property.comparison import compare
from tests.property.database import TENDER, WRITERS, Database
from tests.property.declarations import Declaration, pairs, unregister
from tests.property.disturbances import Disturbance, disturbed
from tests.property.kinds import KINDS
from tests.property.oracle import Snapshot
from tests.property.steps import Ending, Filling, Looking, Refreshing, Writing, steps
from tests.property.transactions import Transaction, is_broken, is_refusal
from tests.property.writes import Write

LONGEST_DRAIN = 50
"""Refreshes and chunks after which a read model over a few rows must be drained."""


class ReadModels(RuleBasedStateMachine):
    """One example: read models over the graph, and what happens to it."""

    database: Database
    """Set by the test."""

    def __init__(self) -> None:
        super().__init__()
        self.open: dict[str, Transaction] = {}
        self.declared: list[Declaration] = []
        self.models: list[type[ReadModel]] = []
        self.focus: tuple[str, ...] = ()
        """Models that are written more often than others."""
        self.words: set[str] = set()
        """Names of columns that are written more often than others."""
        self.database.restore()

    @property
    def alone(self) -> bool:
        """Whether nobody's transaction is in the way of another writer's."""
        return self.database.vendor != "sqlite" or not self.open

    @initialize(declared=pairs(), filled=st.sampled_from((True, True, True, False)))
    def declare(self, declared: list[Declaration], filled: bool) -> None:
        self.declared = declared
        self.words = set[str]().union(*(one.words for one in declared))
        self.focus = tuple(sorted(set[str]().union(*(one.looked_at for one in declared))))
        with self.database.connected(TENDER) as tender:
            for declaration in self.declared:
                others = {model.__name__: model for model in self.models}
                self.models.append(declaration.model(others))
            with tender.schema_editor() as editor:
                for model in self.models:
                    editor.create_model(model)
            install("default")
            if filled:
                for model in self.models:
                    backfills.backfill(model)

    @rule(step=st.deferred(steps))
    def step(self, step: Any) -> None:
        """Do ``step``, as far as what is open allows."""
        if isinstance(step, Writing):
            self._write_all(step)
        elif isinstance(step, Ending) and self.open:
            who = step.who if step.who in self.open else next(iter(self.open))
            self._end(who, keep=step.keep, whole=step.whole)
        elif self.alone:
            self._tend(step)

    def _write_all(self, step: Writing) -> None:
        who = step.who
        if not self.alone and who not in self.open:
            (who,) = self.open
        self._begin(who)
        for code in step.codes:
            self._write(who, code, step.guarded)
        if step.then != "open" and who in self.open:
            self._end(who, keep=step.then == "commit", whole=step.then != "undo")

    def _tend(self, step: Any) -> None:
        if isinstance(step, Refreshing):
            with self._disturbed(step.disturbance):
                refresh(self.models[step.place % len(self.models)])
        elif isinstance(step, Filling):
            with self._disturbed(step.disturbance):
                self._fill(self.models[step.place % len(self.models)], step)
        elif isinstance(step, Looking):
            self._look(step.what)

    def _write(self, who: str, code: Write, guarded: bool = False) -> None:
        with self.database.connected(who), self._refusable(who):
            if who in self.open and not guarded:
                eval(code, vocabulary())
            else:  # also where a refusal has ended the transaction
                with transaction.atomic():
                    eval(code, vocabulary())

    def _meanwhile(self, code: Write) -> None:
        if free := [who for who in WRITERS if who not in self.open]:
            self._write(free[0], code)

    @contextmanager
    def _refusable(self, who: str) -> Iterator[None]:
        """A write that the database refuses ends its transaction, unless it had a savepoint of its own."""
        try:
            yield
        except DatabaseError as error:
            if not is_refusal(error):
                raise
            if who in self.open and is_broken():
                self.open.pop(who).end(keep=False)

    def _begin(self, who: str) -> None:
        with self.database.connected(who):
            if who in self.open:
                self.open[who].enter()
            else:
                self.open[who] = Transaction()

    def _end(self, who: str, *, keep: bool, whole: bool) -> None:
        with self.database.connected(who), self._refusable(who):
            current = self.open[who]
            if whole or len(current.blocks) == 1:
                del self.open[who]
                current.end(keep=keep)
            else:
                current.leave(keep=keep)

    def _disturbed(self, disturbance: Disturbance | None) -> AbstractContextManager[None]:
        return disturbed(self.database, disturbance, self._meanwhile)

    def _fill(self, model: type[ReadModel], step: Filling) -> None:
        run = backfills.running(model)
        if run is None and (step.anew or not state_of(model).position):
            run = backfills.start(model)
        if run:
            backfills.advance(model, run, step.chunk)

    def _look(self, what: str) -> None:
        """Transactions may be open, and whatever is committed must arrive."""
        with self._disturbed(None):
            getattr(self, f"_{what}")()
            if what == "drain":
                self._compare()

    def _trim(self) -> None:
        trim("default")

    def _verify(self) -> None:
        """A verification reports nothing but what is wrong."""
        for model in self.models:
            state = state_of(model)
            if not state.ready_at:
                continue
            window = changelog.window("default", state.position, streams(model))
            if KINDS["verify while everything may have changed"] or not window.everything:
                assert verify(model).differences == ()

    def _drain(self) -> None:
        for model in self.models:
            for _ in range(LONGEST_DRAIN):
                if not state_of(model).position:
                    backfills.start(model)
                refresh(model)
                if run := backfills.running(model):
                    backfills.advance(model, run)
                elif not changelog.pending("default", state_of(model).position, streams(model)).rows:
                    break
            else:
                raise AssertionError(f"{model.__name__} is never drained")

    def _compare(self) -> None:
        snapshot = Snapshot()
        for declaration, model in zip(self.declared, self.models, strict=True):
            compare(declaration, model, snapshot)

    def teardown(self) -> None:
        failed = sys.exc_info()[0] is not None
        try:
            for who in list(self.open):
                self._end(who, keep=not failed, whole=True)
            if self.models and not failed:
                with self.database.connected(TENDER):
                    self._drain()
                    self._compare()
        finally:
            self._remove()

    def _remove(self) -> None:
        with self.database.connected(TENDER) as tender:
            for model in self.models:
                unregister(model)
            install("default")
            with tender.cursor() as cursor:
                for declaration in self.declared:
                    cursor.execute(f'DROP TABLE IF EXISTS "{declaration.table}"')
        forget()


def forget() -> None:
    """Let go of what the toolkit keeps about the example's classes."""
    for name, module in list(sys.modules.items()):
        if name.startswith("cqrs_"):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear") and getattr(value, "__module__", "") == name:
                    value.cache_clear()
