from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from legacy_app.orders.models import Product
from legacy_app.orders.tasks import nightly_price_change


def prices():
    return {sku: str(price) for sku, price in Product.objects.values_list("sku", "price")}


def test_all_active_products(kettle, spade):
    Product.objects.create(sku="OLD-1", name="Old", price="10.00", active=False)
    out = StringIO()

    call_command("nightly_price_change", "--percent", "2.5", stdout=out)

    assert out.getvalue() == "2 prices changed by 2.5 %.\n"
    assert prices() == {"KIT-1": "20.40", "GAR-1": "7.23", "OLD-1": "10.00"}


def test_one_category(kettle, spade):
    call_command("nightly_price_change", "--percent", "-10", "--category", "kitchen", stdout=StringIO())

    assert prices() == {"KIT-1": "17.91", "GAR-1": "7.05"}


def test_as_a_task(kettle):
    nightly_price_change.delay(percent="100")

    assert prices() == {"KIT-1": "39.80"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--percent", "many"], "'many' is not a percentage."),
        (["--percent", "NaN"], "'NaN' is not a percentage."),
        (["--percent", "250"], "A change of 250 % is outside -50 to "),
        (["--percent", "1", "--category", "garden"], "There is no category 'garden'."),
    ],
)
def test_what_cannot_be_meant_is_refused(kettle, arguments, message):
    with pytest.raises(CommandError, match=message) as refused:
        call_command("nightly_price_change", *arguments)

    assert refused.value.returncode == 2
    assert prices() == {"KIT-1": "19.90"}
