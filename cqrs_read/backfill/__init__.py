"""Backfill: compute every row, in chunks by key, while the system runs.

A run row owns the cursor, which commits with its chunk: whoever is stopped, whoever goes on, goes on from there.
"""

from cqrs_read.backfill.run import demand, running, start
from cqrs_read.backfill.states import cancel, pause, resume, unfinished
from cqrs_read.backfill.step import advance
from cqrs_read.backfill.work import backfill, work

__all__ = [
    "advance",
    "backfill",
    "cancel",
    "demand",
    "pause",
    "resume",
    "running",
    "start",
    "unfinished",
    "work",
]
