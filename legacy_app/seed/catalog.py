"""Categories and products."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from django.utils.text import slugify

from legacy_app.orders.models import Category, Collection, GiftCard, Product, StockMovement
from legacy_app.seed.plan import Plan
from legacy_app.seed.progress import Advance
from legacy_app.seed.words import ADJECTIVES, CATEGORIES, COLLECTIONS
from legacy_app.seed.writer import Table

GIFT_CARD_VALUES = [10, 20, 25, 50, 75, 100, 150, 200]
GIFT_CARD_DAYS = 1095
MAX_LEFTOVER = 400


@dataclass(kw_only=True, slots=True)
class Item:
    """A product as the order generator needs it; ``sold`` is counted on the way."""

    id: int
    sku: str
    name: str
    category_id: int
    price: Decimal
    old_price: Decimal
    left: int
    gift_card: bool
    sold: int = 0


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A category that products are put in, with the words and the SKU prefix of its root."""

    category_id: int
    nouns: list[str]
    prefix: str


def write_catalog(plan: Plan, advance: Advance) -> list[Item]:
    """Write categories and products; return the products, most popular first."""
    random = plan.random("catalog")
    shelves = write_categories()
    items = [make_item(plan, random, shelves, i) for i in range(1, plan.products + 1)]
    Table(Product, "id sku name category_id price stock active updated_at").write(
        [item.id, item.sku, item.name, item.category_id, item.price, item.left, item.id % 50 != 0, plan.since]
        for item in items
    )
    Table(GiftCard, "product_ptr_id face_value valid_days").write(
        [item.id, item.price, GIFT_CARD_DAYS] for item in items if item.gift_card
    )
    write_collections(plan, items)
    advance(len(items))
    return items


def write_categories() -> list[Shelf]:
    rows, shelves = [], []

    def add(name, parent_id, path, position, nouns):
        category_id = len(rows) + 1
        rows.append([category_id, name, slugify(" ".join(path)), parent_id, position])
        shelves.append(Shelf(category_id=category_id, nouns=nouns, prefix=path[0][:3].upper()))
        return category_id

    for i, (root, (nouns, children)) in enumerate(CATEGORIES.items()):
        root_id = add(root, None, [root], i, nouns)
        for j, (child, grandchildren) in enumerate(children.items()):
            child_id = add(child, root_id, [root, child], j, nouns)
            for k, grandchild in enumerate(grandchildren):
                add(grandchild, child_id, [root, child, grandchild], k, nouns)
    Table(Category, "id name slug parent_id position").write(rows)
    return shelves


def write_collections(plan: Plan, items: list[Item]) -> None:
    """Every third product is in one or two of the collections."""
    random = plan.random("collections")
    ids = range(1, len(COLLECTIONS) + 1)
    Table(Collection, "id name").write([id_, name] for id_, name in zip(ids, COLLECTIONS, strict=True))
    Table(Collection.products.through, "collection_id product_id").write(
        [collection, item.id]
        for item in items
        if item.id % 3 == 0
        for collection in random.sample(ids, random.randint(1, 2))
    )


def make_item(plan: Plan, random: Random, shelves: list[Shelf], number: int) -> Item:
    gift_card = number <= len(GIFT_CARD_VALUES)
    shelf = shelves[-1] if gift_card else random.choice(shelves[:-1])
    price = Decimal(GIFT_CARD_VALUES[number - 1]) if gift_card else draw_price(random)
    name = f"Gift card {price}" if gift_card else f"{random.choice(ADJECTIVES)} {random.choice(shelf.nouns)}"
    return Item(
        id=number,
        sku=f"{shelf.prefix}-{number:05d}",
        name=name if gift_card else f"{name} no. {number}",
        category_id=shelf.category_id,
        price=price,
        old_price=price if gift_card else (price * Decimal("0.96")).quantize(Decimal("0.01")),
        left=random.randint(50, MAX_LEFTOVER),
        gift_card=gift_card,
    )


def draw_price(random: Random) -> Decimal:
    return Decimal(int(random.lognormvariate(3.1, 0.8)) + 1) + Decimal(
        random.choice(["0.49", "0.90", "0.99"])
    )


def write_deliveries(plan: Plan, items: list[Item]) -> None:
    """The deliveries that filled the shelves: what was sold since, and what is left."""
    Table(StockMovement, "product_id delta reason created_at order_id").write(
        [item.id, item.sold + item.left, "delivery", plan.since, None] for item in items
    )
