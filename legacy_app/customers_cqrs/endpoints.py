"""What replaces which endpoint of the customers module."""

from cqrs_routing import endpoints
from legacy_app.customers.models import Address, Customer, Tag
from legacy_app.customers_cqrs.dashboard import dashboard_view
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.customers_cqrs.update_customer import update_customer_view
from legacy_app.orders.models import Order

# Also what is shown of a customer in the answer, which others change.
SHOWN = [Customer, Address, Customer.tags.through, Tag, Order]

endpoints.read("GET customers:dashboard", view=dashboard_view, read_model=CustomerCard)
endpoints.write("PUT customers:customer-detail", view=update_customer_view, tables=SHOWN)
endpoints.write("PATCH customers:customer-detail", view=update_customer_view, tables=SHOWN)
