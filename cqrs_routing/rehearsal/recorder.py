"""The recorder: an execute wrapper that arms every transaction of one connection, and keeps the images that come.

It may stand around any code of the monolith, so nothing in it may fail a statement: what goes wrong is logged, and
makes the recording incomplete. What it sets is a transaction's, never the session's, so that a connection pooler may
sit in between.

Not seen are transactions that begin with ``stream()`` of a cursor, what a cursor copies that was made before, and
what another thread writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from django.db import connections
from django.utils import timezone

from cqrs_routing.rehearsal.bypass import no_bypass
from cqrs_routing.rehearsal.ending import ended
from cqrs_routing.rehearsal.journal import Journal
from cqrs_routing.rehearsal.recording import Recording
from cqrs_routing.rehearsal.run import Run
from cqrs_routing.rehearsal.statement import DATA, HARMLESS_FIRST, PROCEDURAL, Statement, statement
from cqrs_write.backends import load

UNKNOWN = Statement("")


class Recorder:
    """Records the block that it is the context of, on the alias ``using``; then :attr:`recording` has the outcome.

    It may begin inside an open transaction or outside one, and the block may begin, commit and roll back as it
    likes. Of a transaction that is still open at the end, what stands in it counts, unless an exception leaves the
    block: whoever holds the transaction then rolls it back.
    """

    recording: Recording

    def __init__(self, using: str) -> None:
        self.connection = connections[using]
        self.backend = load("cqrs_routing", "images", using)
        self.journal = Journal(using)
        self.listened: dict[Any, Any] = {}

    def __enter__(self) -> Self:
        self.began = timezone.now()
        with self.journal.spoiled("The recording did not begin as it should"):
            raw = self.connection.connection
            if raw is not None and self.backend.status(raw) == self.backend.IN_TRANSACTION:
                self.listen(raw)
                self.journal.begin(began_before=True)
                self.arm(raw)
        self.installed = ExitStack()
        self.installed.enter_context(no_bypass(self.connection, self.around))
        self.connection.execute_wrappers.append(self)
        self.installed.callback(self.connection.execute_wrappers.remove, self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.installed.close()
        run = Run(began=self.began, ended=timezone.now())
        with self.journal.spoiled("What was recorded could not be read at the end"):
            self.recording = ended(self.journal, self.connection, run, failed=error is not None)
        if not hasattr(self, "recording"):
            self.recording = Recording(run=run, incomplete=tuple(self.journal.incomplete))
        for raw, handler in self.listened.items():
            with suppress(ValueError):
                self.backend.deaf(raw, handler)

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        with self.around(sql):
            return execute(sql, params, many, context)

    @contextmanager
    def around(self, sql: Any) -> Iterator[None]:
        """The context in which ``sql`` is executed."""
        known, alone = UNKNOWN, False
        with self.journal.spoiled("A statement could not be recorded"):
            known = statement(self.text(sql))
            self.journal.used |= known.reads | known.writes
            alone = self.prepare(known)
        try:
            yield
        except BaseException:
            if alone:
                self.give_up()
            raise
        if alone:
            with self.connection.wrap_database_errors:
                self.connection.connection.commit()
        with self.journal.spoiled("A statement could not be followed"):
            self.journal.follow(known)

    def prepare(self, known: Statement) -> bool:
        """Arm the transaction in which ``known`` will run; whether that is one of its own, begun for it here."""
        raw = self.connection.connection
        self.listen(raw)
        status = self.backend.status(raw)
        if status == self.backend.IDLE:
            self.journal.current = None
        elif status == self.backend.BROKEN:
            return False
        alone = status == self.backend.IDLE and self.connection.get_autocommit()
        if known.hidden or (alone and known.verb in PROCEDURAL):
            self.journal.spoil(f"A statement ({known.verb}) may begin and end transactions of its own.")
        if known.hidden or known.verb in HARMLESS_FIRST or (alone and known.verb not in DATA):
            return False
        if self.journal.current is None:
            self.journal.begin()
        self.arm(raw, begin=alone)
        if known.verb == "RELEASE" and not self.journal.inside:
            self.journal.numbers.update(self.backend.own_numbers(raw))
        return alone

    def arm(self, raw: Any, *, begin: bool = False) -> None:
        transaction = self.journal.current
        if transaction is None or transaction.armed:
            return
        try:
            transaction.number = self.backend.arm(raw, begin=begin) or transaction.number
        except Exception:
            if begin:
                self.give_up()
            raise
        transaction.armed = True

    def give_up(self) -> None:
        """Roll back what was begun for one statement; where even that fails, the connection is lost anyway."""
        with suppress(Exception):
            self.connection.connection.rollback()

    def listen(self, raw: Any) -> None:
        """A connection may be closed and opened anew in the middle."""
        if raw not in self.listened:
            self.journal.current = None
            self.listened[raw] = self.backend.listen(raw, lambda text: self.hear(raw, text))

    def hear(self, raw: Any, text: str) -> None:
        # One that was given back to a pool in the middle is somebody else's now.
        if raw is self.connection.connection:
            self.journal.image(text)

    def text(self, sql: Any) -> str:
        """Also of what psycopg is to compose."""
        if isinstance(sql, str):
            return sql
        return sql.decode() if isinstance(sql, bytes) else str(sql.as_string(self.connection.connection))
