"""The program that prepares the sample's database, or walks through the sample and records it.

``python -m tests.integration.legacy_app.transparency.sample prepare``, or ``walk FILE wsgi all``;
``DJANGO_SETTINGS_MODULE`` says with or without the toolkit.
"""

# ruff: noqa: E402  the clock and the chance come before whatever keeps them

import sys
from pathlib import Path
from typing import Literal

from . import chance, clock

clock.install()
chance.install()

import django
from django.conf import settings
from django.core.management import call_command

LAST_DAY = "2026-05-31"


def configure(*, atomic: bool) -> None:
    """What both sites have alike: the test client's host, fast passwords, kept mails.

    And no header that tells of milliseconds.
    """
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DATABASES["default"]["ATOMIC_REQUESTS"] = atomic
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": False}
    django.setup()


def prepare() -> None:
    configure(atomic=False)
    call_command("migrate", verbosity=0)
    call_command("seed_legacy", "--scale", "0.001", "--until", LAST_DAY, verbosity=0)


def walk(file: str, handler: Literal["wsgi", "asgi"], part: str, *options: str) -> None:
    configure(atomic="--atomic" in options)
    from .recording import record
    from .walks import through_the_api, through_the_sample

    record({"all": through_the_sample, "api": through_the_api}[part], handler, Path(file))


if __name__ == "__main__":
    {"prepare": prepare, "walk": walk}[sys.argv[1]](*sys.argv[2:])
