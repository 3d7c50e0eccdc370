"""Keeps the customer's city the one of the default address."""

from django.db.models.signals import post_save
from django.dispatch import receiver

from legacy_app.customers.models import Address, Customer


@receiver(post_save, sender=Address)
def copy_default_city(sender, instance, raw, **kwargs):
    if raw or not instance.is_default:
        return
    Address.objects.filter(customer_id=instance.customer_id, is_default=True).exclude(pk=instance.pk).update(
        is_default=False
    )
    Customer.objects.filter(pk=instance.customer_id).update(city=instance.city)
