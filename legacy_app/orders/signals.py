"""Placing an order counts as a contact with the customer."""

from django.db.models.signals import post_save
from django.dispatch import receiver

from legacy_app.customers.models import Note
from legacy_app.orders.models import Order


@receiver(post_save, sender=Order)
def note_contact(sender, instance, created, raw, **kwargs):
    if not created or raw:
        return
    customer = instance.customer
    customer.last_contact_at = instance.placed_at
    customer.save(update_fields=["last_contact_at", "updated_at"])
    Note.objects.create(customer=customer, text="Order placed")
