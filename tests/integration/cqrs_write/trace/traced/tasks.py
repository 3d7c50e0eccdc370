from typing import Any

from celery import shared_task
from django.db import transaction

from cqrs_write.bus import accept
from cqrs_write.outbox.emit import emit

from .events import Happened


@shared_task(bind=True, name="traced.follow_up")
def follow_up(self: Any, name: str) -> None:
    """A task of the project, which succeeds at its second attempt."""
    from .commands import GoOn

    if self.request.retries == 0:
        raise self.retry(countdown=0)
    with transaction.atomic():
        emit(Happened(aggregate_id=f"in the {name}"))
        accept(GoOn(asked_by=name))
