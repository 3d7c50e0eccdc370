"""What is asked of the read endpoints: filters, orderings, pages, people, and what nobody should ask."""

from collections.abc import Iterable
from urllib.parse import quote

from django.contrib.auth.models import User
from django.test import Client

from .market import NOON

ORDERS = "GET orders:order-list"
PRODUCTS = "GET orders:product-list"
DASHBOARD = "GET customers:dashboard"
NEARBY = "GET rides:nearby"

AT = quote(NOON.replace(hour=20).isoformat())
NOBODY = ""

QUERIES = {
    ORDERS: {
        "clerk": (
            "",
            "?page=7",
            "?page_size=4&page=2",
            "?page_size=5&page=3",
            "?ordering=placed_at&page_size=3",
            "?status=new",
            "?status=refunded",
            "?status=nonsense",
            "?status=paid&ordering=id",
            "?customer=x",
            f"?placed_after={AT}",
            f"?placed_before={AT}&status=shipped",
        ),
        "ada": ("", "?page_size=2&page=2", "?status=paid"),
        "di": ("",),
        NOBODY: ("",),
    },
    PRODUCTS: {
        NOBODY: (
            "",
            "?page=2",
            "?page=9",
            "?page_size=4&page=2",
            "?page_size=200",
            "?ordering=-price&page_size=20",
            "?ordering=name",
            "?category=garden",
            "?category=nowhere",
            "?name=thing%201",
            "?max_price=12.37",
            "?max_price=x",
            "?in_stock=true",
            "?in_stock=false&page_size=3",
        ),
        "clerk": ("?ordering=price",),
    },
    DASHBOARD: {
        "clerk": ("", "?top=1", "?top=2", "?top=100", "?top=0", "?top=x"),
        "ada": ("",),
        NOBODY: ("",),
    },
    NEARBY: {
        "ada": (
            "?lat=50&lng=7",
            "?lat=50&lng=7&radius_km=0.5",
            "?lat=50.02&lng=7.01&radius_km=1.1",
            "?lat=50.03&lng=7&radius_km=50",
            "?lat=0&lng=0",
            "?lat=91&lng=7",
            "?lng=7",
        ),
        NOBODY: ("?lat=50&lng=7",),
    },
}

PATHS = {
    ORDERS: "/api/orders/",
    PRODUCTS: "/api/orders/products/",
    DASHBOARD: "/api/customers/dashboard/",
    NEARBY: "/api/rides/nearby/",
}


ROW_BY_ROW = tuple(f"?page_size=1&page={page}" for page in range(1, 12))


def ask(endpoint: str, name: str, queries: Iterable[str]) -> None:
    client = Client()
    if name:
        client.force_login(User.objects.get(username=name))
    for query in queries:
        client.get(PATHS[endpoint] + query)


def ask_everything(endpoint: str) -> None:
    """All that is asked of ``endpoint``, by whoever asks it."""
    for name, queries in QUERIES[endpoint].items():
        ask(endpoint, name, queries)


def how_many(endpoint: str) -> int:
    return sum(map(len, QUERIES[endpoint].values()))
