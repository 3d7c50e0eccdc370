"""A hand: one of several writers at work on the shop at once."""

import random
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Mod


class Nothing(Exception):
    """There is no row left of the kind that a write wants."""


class Hand:
    """Writer ``number`` of ``count``, with a chance of its own."""

    def __init__(self, number: int, count: int) -> None:
        self.number, self.count = number, count
        self.chance = random.Random(number)

    def pick(self, rows: QuerySet[Any]) -> Any:
        """One of ``rows``, which other hands may be at too.

        Raises:
            Nothing: if there is none.
        """
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        row = rows.filter(pk=self.chance.choice(keys)).first() if keys else None
        if row is None:
            raise Nothing(rows.model._meta.label)
        return row

    def pick_own(self, rows: QuerySet[Any]) -> Any:
        """One of ``rows`` that no other hand picks as its own: it is not deleted while this one works with it."""
        return self.pick(rows.annotate(hand=Mod(F("pk"), self.count)).filter(hand=self.number))

    def name(self, what: str) -> str:
        """A name that was not there before."""
        return f"{what} {self.chance.randrange(10**9)}"


def sql(statement: str, *params: Any) -> None:
    """Execute a statement past the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
