"""A moment: one state of the database in which read models are caught up, seen from both sides, leaving nothing."""

from cqrs_read.moment.moment import in_one_moment
from cqrs_read.moment.seen import Limits, Seen

__all__ = ["Limits", "Seen", "in_one_moment"]
