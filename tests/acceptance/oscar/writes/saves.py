"""Saves, and what hangs on them: signals, cascades, SET_NULL, many-to-many relations, trees."""

from decimal import Decimal

from django.contrib.auth.models import User
from hand import Hand
from seed import line_of

from writes.tables import Category, Order, Partner, Product, ProductClass, StockRecord, customers, things


def customer_joins(hand: Hand) -> None:
    name = hand.name("customer").replace(" ", "")
    User.objects.create_user(name, f"{name}@example.org", first_name="New", last_name="Customer")


def customer_is_renamed(hand: Hand) -> None:
    user = hand.pick_own(customers)
    user.first_name, user.email = hand.name("First"), hand.chance.choice(("", "moved@example.org"))
    user.save(update_fields=["first_name", "email"])


def customer_leaves(hand: Hand) -> None:
    hand.pick_own(customers).delete()


def product_arrives(hand: Hand) -> None:
    name = hand.name("Thing")
    thing = Product.objects.create(title=name, slug=name, product_class=hand.pick(ProductClass.objects.all()))
    stock = StockRecord(product=thing, partner=hand.pick(Partner.objects.all()), partner_sku=name)
    stock.price, stock.num_in_stock = Decimal("9.95"), 500
    stock.save()


def product_goes(hand: Hand) -> None:
    hand.pick_own(things).delete()


def child_moves_to_another_parent(hand: Hand) -> None:
    child = hand.pick_own(Product.objects.filter(structure="child"))
    child.parent = hand.pick(Product.objects.filter(structure="parent"))
    child.save()


def parent_is_retitled(hand: Hand) -> None:
    parent = hand.pick_own(Product.objects.filter(structure="parent"))
    parent.title = hand.name("Family")
    parent.save()


def categories_are_set(hand: Hand) -> None:
    thing = hand.pick_own(things)
    chosen = hand.chance.sample(list(Category.objects.filter(depth=2)), 3)
    thing.categories.set(chosen[:2])
    thing.categories.add(chosen[2])
    thing.categories.remove(chosen[0])


def categories_are_cleared(hand: Hand) -> None:
    hand.pick_own(things).categories.clear()


def category_moves(hand: Hand) -> None:
    leaf, root = hand.pick(Category.objects.filter(depth=2)), hand.pick(Category.objects.filter(depth=1))
    leaf.move(root, "last-child")


def partner_comes_and_goes(hand: Hand) -> None:
    """Its stock goes with it, its lines forget it."""
    partner = Partner.objects.create(name=hand.name("Partner"))
    stock = StockRecord.objects.create(
        product=hand.pick_own(things),
        partner=partner,
        partner_sku="once",
        price=Decimal("0.01"),
        num_in_stock=1,
    )
    line_of(hand.pick(Order.objects.all()), stock, 1).save()
    partner.delete()
