"""What the shop answers to a client that only looks: ``python answers.py`` prints it as JSON."""

import json

import django

django.setup()

from django.contrib.auth.models import User
from django.test import Client
from oscar.core.loading import get_model

order = get_model("order", "Order").objects.filter(user__isnull=False).earliest("pk")
LOOKS = (
    (None, "/api/"),
    (None, "/api/products/?limit=50"),
    (None, "/api/categories/"),
    (None, "/api/admin/orders/"),
    (None, "/no/such/page/"),
    (order.user, "/api/orders/"),
    (order.user, f"/api/orders/{order.pk}/"),
    (User.objects.get(username="admin"), "/api/admin/orders/?limit=50&offset=20"),
    (User.objects.get(username="admin"), "/api/admin/products/?limit=50"),
)


def answer(user: User | None, path: str) -> tuple[int, list[tuple[str, str]], str]:
    """Status, headers and body."""
    browser = Client()
    if user:
        browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
    response = browser.get(path)
    return response.status_code, sorted(response.items()), response.content.decode()


print(json.dumps({f"{user or 'anybody'} GET {path}": answer(user, path) for user, path in LOOKS}))
