import pytest

from legacy_app.orders.models import Category, GiftCard, Product

PRODUCTS = "/api/orders/products/"


def skus(client, query=""):
    return [product["sku"] for product in client.get(PRODUCTS + query).json()["results"]]


def test_the_category_tree(anybody, kitchen, kettle):
    cookware = Category.objects.create(name="Cookware", slug="cookware", parent=kitchen)
    Category.objects.create(name="Pans", slug="pans", parent=cookware)

    (root,) = anybody.get("/api/orders/categories/").json()

    assert (root["name"], root["product_count"]) == ("Kitchen", 1)
    assert root["children"][0]["name"] == "Cookware"
    assert root["children"][0]["children"][0]["slug"] == "pans"


def test_anybody_may_see_what_is_sold(anybody, kettle, spade):
    Product.objects.create(sku="OLD-1", name="Old", price=1, active=False)

    assert skus(anybody) == ["GAR-1", "KIT-1"]


def test_gift_cards_are_products(anybody, db):
    GiftCard.objects.create(sku="GIF-1", name="Gift card", price=50, face_value=50, stock=5)

    (card,) = anybody.get(PRODUCTS).json()["results"]

    assert card == {
        "sku": "GIF-1",
        "name": "Gift card",
        "category": None,
        "price": "50.00",
        "stock": 5,
        "gift_card": True,
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?category=kitchen", ["KIT-1"]),
        ("?name=spa", ["GAR-1"]),
        ("?max_price=10", ["GAR-1"]),
        ("?in_stock=false", []),
        ("?ordering=-price", ["KIT-1", "GAR-1"]),
    ],
)
def test_filters(anybody, kettle, spade, query, expected):
    assert skus(anybody, query) == expected


def test_the_product_list_is_cached_for_a_while(anybody, kettle):
    before = skus(anybody)
    Product.objects.update(active=False)

    assert skus(anybody) == before
    assert skus(anybody, "?name=kettle") == []
