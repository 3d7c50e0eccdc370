"""The customer list as CSV, for the newsletter tool and for spreadsheets."""

import csv

from django.http import HttpResponse

from legacy_app.customers.models import Customer

COLUMNS = ["id", "name", "email", "phone", "city", "vip", "tags", "orders", "last_contact_at"]


def export_customers(request):
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="customers.csv"'},
    )
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    for customer in visible_customers(request.user):
        writer.writerow(csv_row(customer))
    return response


def visible_customers(user):
    customers = Customer.objects.order_by("id")
    return customers if user.is_staff else customers.filter(user=user)


def csv_row(customer):
    return [
        customer.id,
        customer.name,
        customer.email,
        customer.phone,
        customer.city,
        "yes" if customer.vip else "no",
        " ".join(tag.name for tag in customer.tags.all()),
        customer.orders.filter(cancelled=False).count(),
        customer.last_contact_at.isoformat() if customer.last_contact_at else "",
    ]
