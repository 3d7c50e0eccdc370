"""What replaces which endpoint of the customers module."""

from cqrs_routing import endpoints
from legacy_app.customers.models import Customer
from legacy_app.customers_cqrs.dashboard import dashboard_view
from legacy_app.customers_cqrs.read_models import CustomerCard
from legacy_app.customers_cqrs.update_customer import update_customer_view

endpoints.read("GET customers:dashboard", view=dashboard_view, read_model=CustomerCard)
endpoints.write("PUT customers:customer-detail", view=update_customer_view, tables=[Customer])
endpoints.write("PATCH customers:customer-detail", view=update_customer_view, tables=[Customer])
