"""Who works at a run: one process at a time, which says so in the run's row.

Two would do no harm, since each chunk takes the read model's lock and re-reads the cursor; they would only wait for
each other.
"""

import os
import socket
from datetime import timedelta

from django.utils import timezone

from cqrs_read.exceptions import AlreadyWorkedAt
from cqrs_read.models import BackfillRun

SILENT_SECONDS = 10.0
"""After which an owner is taken for gone, wherever it was."""


def myself() -> str:
    """This process, as ``host:pid``."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_free(run: BackfillRun) -> bool:
    """Whether no other living process works at ``run``."""
    if run.owner in ("", myself()) or run.touched_at is None:
        return True
    if timezone.now() - run.touched_at > timedelta(seconds=SILENT_SECONDS):
        return True
    host, _, pid = run.owner.rpartition(":")
    return host == socket.gethostname() and not _alive(int(pid))


def claim(run: BackfillRun) -> None:
    """Become the owner of ``run``.

    Raises:
        AlreadyWorkedAt: if another process is, and lives.
    """
    runs = BackfillRun.objects.using(run._state.db)
    owner, touched = myself(), timezone.now()
    # Only if nobody else has claimed it since it was read.
    mine = runs.filter(pk=run.pk, owner=run.owner, touched_at=run.touched_at) if is_free(run) else runs.none()
    if not mine.update(owner=owner, touched_at=touched):
        by = run.owner or "another process"
        raise AlreadyWorkedAt(
            f"{run.read_model} is being worked at by {by}. Watch it: manage.py cqrs_backfill --status"
        )
    run.owner, run.touched_at = owner, touched


def release(run: BackfillRun) -> None:
    """Let others go on with ``run``."""
    BackfillRun.objects.using(run._state.db).filter(pk=run.pk, owner=myself()).update(owner="")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
