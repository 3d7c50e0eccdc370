"""The span of time in which one side ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Run:
    """From ``began`` to ``ended``, both aware."""

    began: datetime
    ended: datetime

    @property
    def duration(self) -> timedelta:
        return self.ended - self.began
