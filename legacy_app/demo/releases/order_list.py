"""Releases of the order list, each with a mistake that programmers make."""

import time
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse

from legacy_app.demo.releases.release import deployed
from legacy_app.orders_cqrs.views import OrderList, order_list_view

WITHOUT_DISCOUNTS, SLOW, STUMBLING = "without discounts", "slow", "stumbling"


class OrderListWithoutDiscounts(OrderList):
    """Adds the lines up by itself, and forgets that they may have a discount."""

    documents = ()

    def represent(self, row):
        total = sum(
            (line["quantity"] * Decimal(line["unit_price"]) for line in row["lines"]), Decimal("0.00")
        )
        return super().represent({**row, "total": total})


class SlowOrderList(OrderList):
    """Waits, as for a lock or a service that is overloaded."""

    def list(self, request, *args, **kwargs):
        time.sleep(deployed().seconds)
        return super().list(request, *args, **kwargs)


class StumblingOrderList(OrderList):
    """Takes it for granted that clients say how the list is to be ordered. Most do not."""

    def list(self, request, *args, **kwargs):
        self.ordering = [request.query_params["ordering"]]
        return super().list(request, *args, **kwargs)


RELEASES = {
    "": order_list_view,
    WITHOUT_DISCOUNTS: OrderListWithoutDiscounts.as_view(),
    SLOW: SlowOrderList.as_view(),
    STUMBLING: StumblingOrderList.as_view(),
}


def released_order_list_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return RELEASES[deployed().order_list](request, *args, **kwargs)


# What Django and the toolkit look for on a view.
vars(released_order_list_view).update(vars(order_list_view))
