"""The shop that is walked through: the seeded one, with people who can log in, and a voucher."""

from datetime import UTC, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import transaction
from oscar.core.loading import get_model
from seed import seed

PASSWORD = "demo"
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def stock(products: int, orders: int) -> None:
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        seed(products, orders)
        for user in User.objects.filter(username__startswith="customer").order_by("pk")[:3]:
            user.set_password(PASSWORD)
            user.save()
        offer()


def offer() -> None:
    """Ten per cent off everything, for those who have the voucher."""
    made = {name: get_model("offer", name) for name in ("Range", "Condition", "Benefit", "ConditionalOffer")}
    everything = made["Range"].objects.create(name="Everything", includes_all_products=True, is_public=True)
    offered = made["ConditionalOffer"].objects.create(
        name="Ten per cent",
        offer_type="Voucher",
        condition=made["Condition"].objects.create(range=everything, type="Count", value=1),
        benefit=made["Benefit"].objects.create(range=everything, type="Percentage", value=Decimal(10)),
    )
    voucher = get_model("voucher", "Voucher").objects.create(
        name="Ten per cent", code="TEN", usage="Multi-use", start_datetime=FROM, end_datetime=UNTIL
    )
    voucher.offers.add(offered)
