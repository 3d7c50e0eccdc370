from celery import shared_task
from django.core.mail import send_mail

from legacy_app.orders import pricing
from legacy_app.orders.models import Order
from legacy_app.orders.totals import money, order_total


@shared_task
def send_order_confirmation(order_id):
    order = Order.objects.get(pk=order_id)
    items = "\n".join(f"{line.quantity} x {line.product.name}" for line in order.lines.all())
    send_mail(
        subject=f"Your order {order.number}",
        message=f"Thank you for your order.\n\n{items}\n\nTotal: {money(order_total(order))}\n",
        from_email=None,
        recipient_list=[order.customer.email],
    )


@shared_task
def nightly_price_change(percent, category=None):
    return pricing.change_prices(percent, category)
