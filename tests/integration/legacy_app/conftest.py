"""One seeded shop for all tests of a module: each begins with it as it was. And the people of small tests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction

from cqrs_read.testing import refresh_now
from legacy_app.customers.models import Address, Customer

Shop = Callable[[float], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any) -> Shop:
    """A shop of the given scale, with its read models filled; it is gone after the block.

    What a test does is undone by the test's own transaction, which is a savepoint within that of the block.
    """

    @contextmanager
    def seeded(scale: float) -> Iterator[None]:
        with django_db_blocker.unblock(), transaction.atomic():
            call_command("seed_legacy", "--scale", str(scale), verbosity=0)
            refresh_now()
            yield
            transaction.set_rollback(True)

    return seeded


@pytest.fixture
def clerk(db: None) -> User:
    return User.objects.create_user("clerk", is_staff=True)


@pytest.fixture
def ada(db: None) -> Customer:
    """A customer with an account."""
    customer = Customer.objects.create(
        user=User.objects.create_user("ada"), name="Ada Berg", email="ada@example.com", phone="+1 555 0100"
    )
    Address.objects.create(
        customer=customer, street="Mill Street 1", zip="10000", city="Ashford", is_default=True
    )
    customer.refresh_from_db()
    return customer


@pytest.fixture
def bruno(db: None) -> Customer:
    """A customer without one."""
    return Customer.objects.create(name="Bruno Klein", email="bruno@example.com")
