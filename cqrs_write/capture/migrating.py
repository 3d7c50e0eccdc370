"""Triggers follow migrations: what ``migrate`` changed is captured again before it ends."""

import sys
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from cqrs_write import changelog
from cqrs_write.backends import VENDORS, load
from cqrs_write.capture.install import install, remove
from cqrs_write.conf import settings
from cqrs_write.exceptions import CaptureError


def follow_migrations(app: AppConfig) -> None:
    """Connect to the signals of ``migrate``, once per run: under the name of ``app``."""
    pre_migrate.connect(_before, sender=app, dispatch_uid="cqrs_capture_before")
    post_migrate.connect(_after, sender=app, dispatch_uid="cqrs_capture_after")


def _before(*, using: str, plan: list[Any], **kwargs: Any) -> None:
    """Where a trigger would make DDL fail, take it away first; the installation after logs "everything"."""
    if plan and _captures(using) and load("cqrs_write", "triggers", using).BREAK_DDL:
        remove(using)


def _after(*, using: str, verbosity: int, **kwargs: Any) -> None:
    if not _captures(using):
        return
    try:
        changes = install(using)
    except CaptureError as error:
        # Everything is migrated: a deployment must not stop for it, nor other apps' handlers be left out. What is
        # not captured is not served, and the system check goes on naming it.
        print(f"  Capture: {error}", file=sys.stderr)  # noqa: T201
        return
    for change in changes:
        if verbosity >= 1:
            print(f"  Capture: {change.relation} {change.outcome}")  # noqa: T201  as migrate itself prints


def _captures(using: str) -> bool:
    """Not on a database that the toolkit does not know, nor before its own tables are there."""
    return settings().capture and connections[using].vendor in VENDORS and changelog.exists(using)
