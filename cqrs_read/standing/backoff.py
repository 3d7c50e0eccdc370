"""When to try again what has failed."""

import random
from datetime import datetime, timedelta

from django.utils import timezone

LONGEST = 600.0
"""Seconds between two attempts, at most."""


def next_try(attempts: int) -> datetime:
    """After ``attempts`` failures: twice as long each time, about, so that not all come back at once."""
    seconds = min(LONGEST, 2.0 ** min(attempts, 20)) * random.uniform(0.75, 1.0)
    return timezone.now() + timedelta(seconds=seconds)
