"""Hurry: have a worker refresh soon after a request that may have written, instead of at beat's next tick."""

import logging

from cqrs_read.conf import settings
from cqrs_write import wakeup

logger = logging.getLogger(__name__)

REFRESH = "cqrs_read.refresh"


def hurry() -> None:
    """Ask for a refresh, if the setting ``HURRY`` says so. Costs microseconds and never raises."""
    try:
        if settings().hurry:
            wakeup.send(wakeup.WakeUp(REFRESH, settings().refresh_queue))
    except Exception:
        logger.exception("a refresh could not be hurried")
