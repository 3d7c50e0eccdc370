"""A crew: threads that attend to several read models at once, each read model by one of them."""

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Barrier

from django.db import connections

from cqrs_read.declaration.read_model import ReadModel
from cqrs_read.exceptions import DatabaseAway
from cqrs_read.refresh.attend import attend
from cqrs_read.refresh.due import Due


class Crew:
    """Attends with ``jobs`` threads; a single job is done by the caller's own."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._pool = ThreadPoolExecutor(jobs, "cqrs-refresh") if jobs > 1 else None
        self._working: dict[type[ReadModel], Future[bool]] = {}

    def attend(self, all_due: Sequence[Due], patience: float) -> bool:
        """Attend to what is due; returns as soon as one is done, or after ``patience`` seconds.

        Returns:
            Whether anything was done, so that looking again at once may be worth it.

        Raises:
            DatabaseAway: if a database cannot be reached.
        """
        if self._pool is None:
            alone = [attend(one) for one in all_due]
            return any(alone)
        for one in all_due:
            if one.read_model not in self._working:
                self._working[one.read_model] = self._pool.submit(_attend, one)
        finished, _ = wait(self._working.values(), timeout=patience, return_when=FIRST_COMPLETED)
        ended = [model for model, future in self._working.items() if future in finished]
        done = [self._working.pop(read_model).result() for read_model in ended]
        return any(done) if done else bool(self._working)

    def close(self) -> None:
        """Wait for what is being done, and end the threads with their connections."""
        if self._pool is None:
            return
        wait(self._working.values())
        # Each thread has connections of its own; the barrier has every thread take part.
        all_there = Barrier(self._jobs)
        for _ in range(self._jobs):
            self._pool.submit(_leave, all_there)
        self._pool.shutdown()


def _attend(what: Due) -> bool:
    try:
        return attend(what)
    except DatabaseAway:
        connections.close_all()
        raise


def _leave(all_there: Barrier) -> None:
    all_there.wait()
    connections.close_all()
