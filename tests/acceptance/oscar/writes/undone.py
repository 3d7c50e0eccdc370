"""Writes that are taken back, in part or whole."""

from django.db import transaction
from hand import Hand

from writes.tables import Line, Order, OrderNote
from writes.unsignalled import lines_are_dropped, orders_are_cancelled, partner_is_renamed
from writes.views import customer_checks_out


class Undone(Exception):
    """Takes back everything that was written since the transaction or the savepoint began."""


def half_is_taken_back(hand: Hand) -> None:
    order = hand.pick(Order.objects.all())
    OrderNote.objects.create(order=order, message="stays")
    try:
        with transaction.atomic():
            Line.objects.filter(order=order).update(quantity=99)
            raise Undone
    except Undone:
        return


def all_is_taken_back(hand: Hand) -> None:
    customer_checks_out(hand)
    orders_are_cancelled(hand)
    partner_is_renamed(hand)
    lines_are_dropped(hand)
    raise Undone
