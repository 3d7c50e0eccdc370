"""Accounts to log in with: the administrator, clerks, and a few customers and drivers."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from rest_framework.authtoken.models import Token

ADMIN = "admin"
PASSWORD = "demo"
CLERKS = [f"clerk{n}" for n in range(1, 9)]
CUSTOMERS = [f"customer{n}" for n in range(1, 5)]
DRIVERS = [f"driver{n}" for n in range(1, 4)]


def create_accounts() -> dict[str, int]:
    """Create what is missing and return every account's id by name. Existing passwords stay."""
    # Hashing is slow on purpose, and these accounts share one public password anyway.
    password = make_password(PASSWORD)
    accounts = {ADMIN: account(ADMIN, make_password(ADMIN), is_staff=True, is_superuser=True)}
    for name in CLERKS:
        accounts[name] = account(name, password, is_staff=True)
    for name in CUSTOMERS + DRIVERS:
        accounts[name] = account(name, password)
    return accounts


def account(name: str, password: str, **flags: bool) -> int:
    defaults = {"password": password, "email": f"{name}@example.com", **flags}
    user, _ = User.objects.get_or_create(username=name, defaults=defaults)
    Token.objects.get_or_create(user=user)
    return user.pk
