"""Plumbing: tables that a request reads and writes whatever its view does."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.db import BaseDatabaseCache

OWN = "cqrs_"
"""How the names of the toolkit's own tables begin."""

BESIDE_THE_USER = frozenset(
    [
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "authtoken_token",
        "django_content_type",
        "django_migrations",
    ]
)
"""What says who sends a request and what they may do. It is read once for both runs, or changes as rarely as a role;
to ask for it in every endpoint's tables= would make whoever logs in a writer of all of them."""


def is_own(table: str) -> bool:
    return table.startswith(OWN)


def is_uncompared(table: str) -> bool:
    """Whether it is no part of what a side does."""
    return is_own(table) or table == session_table()


def is_plumbing(table: str) -> bool:
    """Whether a rehearsal need not know who else writes to it, unless it is declared in ``tables=``."""
    return (
        is_uncompared(table) or table in BESIDE_THE_USER or table in user_tables() or table in cache_tables()
    )


def session_table() -> str:
    """That of the setting SESSION_ENGINE; empty if sessions are kept elsewhere."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    if not hasattr(store, "get_model_class") or not apps.is_installed("django.contrib.sessions"):
        return ""
    return str(store.get_model_class()._meta.db_table)


def user_tables() -> Iterator[str]:
    """Those of the setting AUTH_USER_MODEL: of the users, and of what they are members of and may do."""
    if apps.is_installed("django.contrib.auth"):
        user = apps.get_model(settings.AUTH_USER_MODEL)
        yield user._meta.db_table
        for field in user._meta.many_to_many:
            if field.name in ("groups", "user_permissions"):
                yield field.m2m_db_table()


def cache_tables() -> Iterator[str]:
    """Those of caches that are kept in the database."""
    for cache in caches.all(initialized_only=True):
        if isinstance(cache, BaseDatabaseCache):
            yield cache._table  # type: ignore[attr-defined]
