"""What may be asked of customers, and who does it."""

from dataclasses import dataclass
from typing import Annotated, Any

from django.utils import timezone
from pydantic import Field
from rest_framework.exceptions import NotFound

from cqrs_write import Command, Context, handles
from legacy_app.customers.models import Customer
from legacy_app.customers_cqrs.representation import shown_customer


@dataclass(frozen=True, kw_only=True)
class UpdateCustomer(Command):
    """What is None stays as it is."""

    customer_id: int
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    email: Annotated[str, Field(min_length=1, max_length=254)] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None


@handles(UpdateCustomer, lane=lambda command: f"customer:{command.customer_id}", queue="orders")
def update_customer(command: UpdateCustomer, context: Context) -> dict[str, Any]:
    """Change what was given; return the customer as the API shows it.

    Lane and queue are those of the customer's orders: whoever corrects the e-mail address and then orders gets the
    confirmation there.

    The monolith writes every column back as it had read it, and so undoes what others have written in between. Here
    only what was given is written.
    """
    given = {"name": command.name, "email": command.email, "phone": command.phone}
    changes = {field: value for field, value in given.items() if value is not None}
    customer = Customer.objects.filter(pk=command.customer_id)
    if not customer.update(**changes, updated_at=timezone.now()):
        raise NotFound("No Customer matches the given query.")
    return shown_customer(command.customer_id)
