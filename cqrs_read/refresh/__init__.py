"""Refresh: recompute what has changed, and move the position.

One refresher's transaction is a turn; everything else here decides which read model has one next.
"""

from cqrs_read.refresh.turn import Refreshed, consume, refresh, work_off

__all__ = ["Refreshed", "consume", "refresh", "work_off"]
