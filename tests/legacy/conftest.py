import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from rest_framework.test import APIClient

from legacy_app.celery import app as celery_app
from legacy_app.customers.models import Address, Customer
from legacy_app.orders.models import Category, Product


@pytest.fixture(autouse=True)
def _quick_and_isolated(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    was = celery_app.conf.task_always_eager
    celery_app.conf.task_always_eager = True
    cache.clear()
    yield
    celery_app.conf.task_always_eager = was


def client_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def clerk_user(db):
    return User.objects.create_user("clerk", password="secret", is_staff=True)


@pytest.fixture
def customer_user(db):
    return User.objects.create_user("ada", password="secret")


@pytest.fixture
def clerk(clerk_user):
    """An API client of a staff member."""
    return client_of(clerk_user)


@pytest.fixture
def shopper(customer_user, ada):
    """An API client of Ada, a customer."""
    return client_of(customer_user)


@pytest.fixture
def anybody():
    """An API client of somebody who is not logged in."""
    return APIClient()


@pytest.fixture
def ada(customer_user):
    customer = Customer.objects.create(user=customer_user, name="Ada Berg", email="ada@example.com")
    Address.objects.create(
        customer=customer, street="Mill Street 1", zip="10000", city="Ashford", is_default=True
    )
    customer.refresh_from_db()
    return customer


@pytest.fixture
def bruno(db):
    return Customer.objects.create(name="Bruno Klein", email="bruno@example.com")


@pytest.fixture
def kitchen(db):
    return Category.objects.create(name="Kitchen", slug="kitchen")


@pytest.fixture
def kettle(kitchen):
    return Product.objects.create(sku="KIT-1", name="Kettle", category=kitchen, price="19.90", stock=10)


@pytest.fixture
def spade(db):
    return Product.objects.create(sku="GAR-1", name="Spade", price="7.05", stock=3)


@pytest.fixture
def place(clerk, ada, kettle):
    """Place an order through the API; by default one kettle for Ada. Returns the answer's body."""

    def place_order(customer=ada, lines=(("KIT-1", 1),), **body):
        lines = [{"sku": sku, "quantity": quantity} for sku, quantity in lines]
        answer = clerk.post("/api/orders/", {"customer": customer.pk, "lines": lines, **body}, format="json")
        assert answer.status_code == 201, answer.json()
        return answer.json()

    return place_order
