"""The nightly price change."""

from decimal import Decimal, InvalidOperation

from django.db import connection

# One statement instead of a save per product: with the whole catalogue the loop ran past the backup window.
CHANGE_ALL = "UPDATE orders_product SET price = ROUND(price * %s, 2) WHERE active"
CHANGE_CATEGORY = """
UPDATE orders_product SET price = ROUND(price * %s, 2)
WHERE active AND category_id IN (SELECT id FROM orders_category WHERE slug = %s)
"""


def change_prices(percent, category=None):
    """Change the price of every active product, or of one category (a slug); return how many changed."""
    factor = price_factor(percent)
    with connection.cursor() as cursor:
        if category is None:
            cursor.execute(CHANGE_ALL, [factor])
        else:
            cursor.execute(CHANGE_CATEGORY, [factor, category])
        return cursor.rowcount


def price_factor(percent):
    try:
        factor = 1 + Decimal(str(percent)) / 100
        plausible = Decimal("0.5") <= factor <= 2
    except InvalidOperation:
        raise ValueError(f"{percent!r} is not a percentage.") from None
    if not plausible:
        raise ValueError(f"A change of {percent} % is outside -50 to +100 and probably a typing error.")
    return factor
