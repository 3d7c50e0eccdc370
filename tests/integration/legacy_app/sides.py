"""The same request to both sides of an endpoint."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from rest_framework.authtoken.models import Token

from cqrs_routing.testing import endpoint_in_mode


def client_of(name: str) -> Client:
    token, _ = Token.objects.get_or_create(user=User.objects.get(username=name))
    return Client(headers={"authorization": f"Token {token.key}"})


def both_sides(endpoint: str, ask: Callable[[], Any]) -> tuple[Any, Any]:
    """The same request answered by the monolith and by what replaces it."""
    legacy = ask()
    with endpoint_in_mode(endpoint, "cqrs"):
        new = ask()
    assert 'side;desc="legacy"' in legacy["Server-Timing"]
    assert 'side;desc="cqrs"' in new["Server-Timing"]
    return legacy, new


def queries_of(response: Any) -> int:
    found = re.search(r'desc="(\d+) quer', response["Server-Timing"])
    assert found
    return int(found[1])
