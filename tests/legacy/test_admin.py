import pytest
from django.contrib import admin
from django.urls import reverse

from legacy_app.customers.models import Customer
from legacy_app.orders.models import Order

MODELS = [
    model for model in admin.site._registry if model._meta.app_label in {"customers", "orders", "rides"}
]


@pytest.fixture(autouse=True)
def _rows(place):
    place()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_can_be_listed_and_added(admin_client, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    assert admin_client.get(reverse(f"{name}_changelist")).status_code == 200
    assert admin_client.get(reverse(f"{name}_add")).status_code == 200


@pytest.mark.parametrize("model", [Customer, Order])
def test_the_forms_with_inlines(admin_client, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"

    assert admin_client.get(reverse(name, args=[model.objects.get().pk])).status_code == 200


def test_paid_orders_can_be_shipped(admin_client):
    Order.objects.update(status="paid")
    order = Order.objects.get()

    admin_client.post(
        reverse("admin:orders_order_changelist"), {"action": "mark_shipped", "_selected_action": [order.pk]}
    )

    assert Order.objects.get().status == "shipped"


def test_deleted_customers_can_be_restored(admin_client, ada):
    ada.delete()

    admin_client.post(
        reverse("admin:customers_customer_changelist"), {"action": "restore", "_selected_action": [ada.pk]}
    )

    assert Customer.objects.get() == ada
