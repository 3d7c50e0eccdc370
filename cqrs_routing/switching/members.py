"""The members of a canary, by the names that people know them by."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Model

from cqrs_routing.exceptions import BadCanary
from cqrs_routing.modes.canary import Canary
from cqrs_write.exceptions import UnknownName

HEADER_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")


def canary(
    *, percent: Any = 0, users: Iterable[str] = (), groups: Iterable[str] = (), header: str = ""
) -> Canary:
    """The canary of ``percent`` of the clients, and those named.

    Args:
        users: user names.
        groups: names of groups.

    Raises:
        BadCanary: a percentage outside 0 to 100, or a header that cannot be one.
        UnknownName: no such user or group.
    """
    return Canary(
        percent=percentage(percent),
        users=tuple(str(user_named(name).pk) for name in users),
        groups=tuple(group_named(name).pk for name in groups),
        header=checked_header(header),
    )


def percentage(value: Any) -> Decimal:
    try:
        percent = round(Decimal(str(value)), 2)
    except InvalidOperation as error:
        raise BadCanary(f"'{value}' is no percentage.") from error
    if not 0 <= percent <= 100:
        raise BadCanary(f"A percentage lies between 0 and 100, {value} does not.")
    return percent


def user_named(name: str) -> Model:
    users = get_user_model()
    field = users.USERNAME_FIELD
    found = users._default_manager.filter(**{field: name}).first()
    if found is None:
        alike = users._default_manager.filter(**{f"{field}__istartswith": name[:1]})
        raise UnknownName("user", name, list(alike.values_list(field, flat=True)[:100]))
    return found


def group_named(name: str) -> Group:
    found = Group.objects.filter(name=name).first()
    if found is None:
        raise UnknownName("group", name, list(Group.objects.values_list("name", flat=True)))
    return found


def checked_header(header: str) -> str:
    name = header.partition(":")[0].strip()
    if header and (not name or not set(name.lower()) <= HEADER_NAME):
        raise BadCanary(f"'{header}' is no request header: write X-Canary, or X-Canary: yes.")
    return header.strip()
