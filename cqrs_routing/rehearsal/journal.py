"""The journal of a recording: what has come so far, by transaction, and what is known to be missing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cqrs_routing.rehearsal.statement import Statement
from cqrs_routing.rehearsal.transaction import Transaction

logger = logging.getLogger("cqrs_routing.rehearsal")

MOST_IMAGES = 20_000
"""Images that are kept of one recording; what writes more rows is not for a request, nor for its memory."""

STEPS: dict[str, Callable[[Transaction, str], None]] = {
    "SAVEPOINT": Transaction.set,
    "RELEASE": Transaction.release,
    "ROLLBACK": Transaction.roll_back_to,
}


@dataclass(slots=True)
class Journal:
    """Of one alias. ``current`` is the transaction that was open at the last look, if one was."""

    alias: str
    transactions: list[Transaction] = field(default_factory=list)
    current: Transaction | None = None
    numbers: set[int] = field(default_factory=set)
    """Of subtransactions that may have written, modulo 2³²."""

    written: set[str] = field(default_factory=set)
    """Tables, by the texts of the statements."""

    used: set[str] = field(default_factory=set)
    """Tables that are read or written, also by statements that failed; and other names that look like one."""

    kept: int = 0
    incomplete: dict[str, None] = field(default_factory=dict)

    def begin(self, *, began_before: bool = False) -> None:
        self.current = Transaction(began_before=began_before)
        self.transactions.append(self.current)

    def image(self, text: str) -> None:
        self.kept += 1
        if self.current is None:
            self.spoil("An image came from a transaction that was not seen.")
        elif self.kept <= MOST_IMAGES:
            self.current.images.append(text)
        else:
            self.spoil(f"More than {MOST_IMAGES} rows were written.")

    def follow(self, known: Statement) -> None:
        """Keep in step with a statement that has been executed."""
        self.written |= known.writes
        if known.ends_transaction or known.hidden:
            self.current = None
        elif known.savepoint and self.current:
            STEPS[known.verb](self.current, known.savepoint)

    def spoil(self, reason: str) -> None:
        """Say what is missing."""
        if reason not in self.incomplete:
            self.incomplete[reason] = None
            logger.warning("%s: %s", self.alias, reason)

    @contextmanager
    def spoiled(self, reason: str) -> Iterator[None]:
        """A block whose failure is nobody else's: the recording is incomplete for it, for that reason."""
        try:
            yield
        except Exception as error:
            self.incomplete[f"{reason}: {type(error).__name__}"] = None
            logger.exception("%s: %s", self.alias, reason)

    @property
    def inside(self) -> bool:
        """Whether all is in a transaction that was open before, and whose end is somebody else's."""
        return bool(self.transactions) and self.transactions[0].began_before
