"""A flag of django-waffle, on for a percentage of the clients; its cache is in the process, as fast as it can be."""

import time
from functools import cache

from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.test import RequestFactory
from waffle import flag_is_active, get_waffle_flag_model

NAME, PERCENT = "routed", 25


@cache
def make_flag() -> None:
    call_command("migrate", "waffle", verbosity=0)
    get_waffle_flag_model().objects.get_or_create(name=NAME, defaults={"percent": PERCENT})


def decided(times: int) -> float:
    """Seconds to decide for so many requests."""
    make_flag()
    requests = [RequestFactory().get("/") for _ in range(times)]
    for request in requests:
        request.user = AnonymousUser()
    started = time.perf_counter()
    for request in requests:
        flag_is_active(request, NAME)
    return time.perf_counter() - started
