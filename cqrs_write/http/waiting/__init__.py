"""Waiting: a request that stays until its accepted command is settled, or its time is over."""

from cqrs_write.http.waiting.places import place
from cqrs_write.http.waiting.settled import settled_within

__all__ = ["place", "settled_within"]
