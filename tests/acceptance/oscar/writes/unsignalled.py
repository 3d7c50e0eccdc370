"""Writes of the ORM that send no signal."""

from decimal import Decimal

from django.db.models import F
from django.db.models.functions import Greatest
from hand import Hand
from seed import CANCELLED, line_of

from writes.tables import Category, Country, Line, Order, OrderNote, Partner, ProductClass, StockRecord


def stock_is_allocated_and_consumed(hand: Hand) -> None:
    stock = hand.pick(StockRecord.objects.filter(num_in_stock__gt=50))
    stock.allocate(2)
    stock.consume_allocation(1)


def lines_are_imported(hand: Hand) -> None:
    order = hand.pick(Order.objects.all())
    Line.objects.bulk_create(line_of(order, hand.pick(StockRecord.objects.all()), 2) for _ in range(3))
    OrderNote.objects.bulk_create(OrderNote(order=order, message="imported") for _ in range(2))


def notes_are_imported_again(hand: Hand) -> None:
    note = hand.pick(OrderNote.objects.all())
    note.order, note.message = hand.pick(Order.objects.all()), "imported again"
    OrderNote.objects.bulk_create(
        [note], update_conflicts=True, unique_fields=["id"], update_fields=["order", "message"]
    )


def quantities_are_updated(hand: Hand) -> None:
    lines = list(Line.objects.filter(order=hand.pick(Order.objects.all())))
    for line in lines:
        line.quantity += 1
    Line.objects.bulk_update(lines, ["quantity"])


def prices_change(hand: Hand) -> None:
    change = Decimal(hand.chance.randint(-50, 50)) / 100
    price = Greatest(F("price") + change, Decimal("0.01"))
    StockRecord.objects.filter(partner=hand.pick(Partner.objects.all())).update(price=price)


def orders_are_cancelled(hand: Hand) -> None:
    first = hand.pick(Order.objects.all()).pk
    Order.objects.filter(pk__range=(first, first + 5)).update(status=CANCELLED)
    Line.objects.filter(order__in=range(first, first + 5)).update(status=CANCELLED)


def partner_is_renamed(hand: Hand) -> None:
    Partner.objects.filter(pk=hand.pick(Partner.objects.all()).pk).update(name=hand.name("Partner"))


def country_is_renamed(hand: Hand) -> None:
    Country.objects.filter(pk=hand.pick(Country.objects.all()).pk).update(name=hand.name("Land"))


def category_is_renamed(hand: Hand) -> None:
    Category.objects.filter(pk=hand.pick(Category.objects.all()).pk).update(name=hand.name("Box"))


def product_class_is_renamed(hand: Hand) -> None:
    ProductClass.objects.filter(pk=hand.pick(ProductClass.objects.all()).pk).update(name=hand.name("Class"))


def lines_are_dropped(hand: Hand) -> None:
    Line.objects.filter(order=hand.pick(Order.objects.all())).delete()


def notes_are_dropped(hand: Hand) -> None:
    notes = OrderNote.objects.filter(order=hand.pick(Order.objects.all()))
    notes._raw_delete(notes.db)
