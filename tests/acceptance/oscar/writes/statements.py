"""SQL written by hand, past the ORM."""

import time

from hand import Hand, sql

from writes.tables import Line, Order, OrderNote, customers


def line_is_moved_by_hand(hand: Hand) -> None:
    line, order = hand.pick(Line.objects.all()), hand.pick(Order.objects.all())
    sql("UPDATE order_line SET order_id = %s WHERE id = %s", order.pk, line.pk)


def lines_are_corrected_by_hand(hand: Hand) -> None:
    sql(
        "UPDATE order_line SET line_price_incl_tax = line_price_incl_tax + 1, product_id = NULL, "
        "partner_id = NULL WHERE order_id = %s",
        hand.pick(Order.objects.all()).pk,
    )


def address_is_taken_away_by_hand(hand: Hand) -> None:
    order = hand.pick(Order.objects.filter(shipping_address__isnull=False))
    sql("UPDATE order_order SET shipping_address_id = NULL WHERE id = %s", order.pk)


def notes_are_copied_by_hand(hand: Hand) -> None:
    sql(
        "INSERT INTO order_ordernote (order_id, note_type, message, date_created, date_updated) "
        "SELECT id, '', 'copied', date_placed, date_placed FROM order_order WHERE user_id = %s",
        hand.pick_own(customers).pk,
    )
    sql(
        "DELETE FROM order_ordernote WHERE message = 'copied' AND order_id = %s",
        hand.pick(Order.objects.all()).pk,
    )


def note_changes_its_key(hand: Hand) -> None:
    note = hand.pick(OrderNote.objects.all())
    sql("UPDATE order_ordernote SET id = %s WHERE id = %s", hand.chance.randrange(10**6, 10**9), note.pk)


def script_dawdles(hand: Hand) -> None:
    """What it wrote first is committed long after what others wrote later."""
    order = hand.pick(Order.objects.all())
    sql("UPDATE order_order SET total_incl_tax = total_incl_tax + 1 WHERE id = %s", order.pk)
    time.sleep(0.2)
    sql("UPDATE order_line SET quantity = quantity + 1 WHERE order_id = %s", order.pk)
