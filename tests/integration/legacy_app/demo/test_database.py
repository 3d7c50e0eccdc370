"""The demo writes into an empty database only."""

import pytest
from django.db import connection

from legacy_app.customers.models import Customer
from legacy_app.demo.database import refuse_full_database
from legacy_app.demo.exceptions import CannotStart

pytestmark = pytest.mark.django_db


def test_an_empty_shop_is_accepted():
    refuse_full_database()


def test_customers_are_left_alone():
    Customer.objects.create(name="Ada", email="ada@example.com")

    with pytest.raises(CannotStart, match="already has customers"):
        refuse_full_database()


def test_another_applications_tables_are_left_alone():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE somebody_elses (id integer)")

    with pytest.raises(CannotStart, match=r"something else \(somebody_elses\)"):
        refuse_full_database()
