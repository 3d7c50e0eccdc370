"""The lane of everything that is asked of orders: the customer's own.

Not each order's: whoever cancels one order and places the next counts on the stock that comes back, and whoever pays
two out of one account on the first being paid first. What is asked of one order is in order too, since an order has
one customer.
"""

from typing import Any


def customers_lane(command: Any) -> str:
    """For every command that has a ``customer_id``."""
    return f"customer:{command.customer_id}"
