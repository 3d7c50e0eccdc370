"""Filling an empty platform with coherent data."""

from django.db import transaction

from legacy_app.seed import writer
from legacy_app.seed.accounts import create_accounts
from legacy_app.seed.catalog import write_catalog, write_deliveries
from legacy_app.seed.customers import write_customers
from legacy_app.seed.exceptions import NotEmpty
from legacy_app.seed.flush import find_rows, flush, legacy_models
from legacy_app.seed.history import Timeline, last_moments
from legacy_app.seed.orders import write_orders
from legacy_app.seed.plan import Plan
from legacy_app.seed.progress import Step
from legacy_app.seed.rides import write_rides


def seed(plan: Plan, step: Step, *, flush_first: bool = False) -> None:
    """Write everything the plan asks for, or nothing.

    Raises ``NotEmpty`` when there is data already and ``flush_first`` is not set.
    """
    with transaction.atomic():
        if flush_first:
            flush()
        elif what := find_rows():
            raise NotEmpty(what)
        write_everything(plan, step)
    writer.finish(legacy_models())


def write_everything(plan: Plan, step: Step) -> None:
    users = create_accounts()
    orders = Timeline(plan, plan.random("order times"), plan.orders)
    rides = Timeline(plan, plan.random("ride times"), plan.rides)
    with step("products", plan.products) as advance:
        items = write_catalog(plan, advance)
    with step("customers", plan.customers) as advance:
        write_customers(plan, users, last_moments(plan, orders), advance)
    with step("orders", plan.orders) as advance:
        write_orders(plan, items, orders, advance)
        write_deliveries(plan, items)
    with step("rides", plan.rides) as advance:
        write_rides(plan, users, rides, advance)
