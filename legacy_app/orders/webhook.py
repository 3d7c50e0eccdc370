"""The payment provider's webhook."""

import hashlib
import hmac
import json
import uuid
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.db import transaction
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from legacy_app.orders import payments
from legacy_app.orders.models import Order, Payment

STATUSES = {
    "payment.captured": Payment.Status.CAPTURED,
    "payment.failed": Payment.Status.FAILED,
}


@require_POST
def payment_webhook(request):
    if not is_signed(request):
        return JsonResponse({"detail": "Wrong signature."}, status=403)
    try:
        handle_event(json.loads(request.body))
    except (Order.DoesNotExist, Payment.DoesNotExist):
        return JsonResponse({"detail": "Unknown order or payment."}, status=404)
    except (ValueError, KeyError, TypeError, InvalidOperation):
        return JsonResponse({"detail": "Malformed event."}, status=400)
    return JsonResponse({"ok": True})


def is_signed(request):
    return hmac.compare_digest(request.headers.get("X-Signature", "").encode(), sign(request.body).encode())


def sign(body):
    return hmac.new(settings.PAYMENT_WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()


@transaction.atomic
def handle_event(event):
    payment_id = uuid.UUID(str(event["payment"]))
    if event["event"] == "payment.authorized":
        order = Order.objects.get(number=event["order"])
        # The provider repeats an event until it has seen our answer.
        Payment.objects.get_or_create(
            id=payment_id, defaults={"order": order, "amount": Decimal(event["amount"])}
        )
        return
    payment = Payment.objects.select_for_update().get(id=payment_id)
    Payment.objects.filter(pk=payment.pk, status=Payment.Status.AUTHORIZED).update(
        status=STATUSES[event["event"]]
    )
    payments.mark_paid_when_covered(payment.order)
