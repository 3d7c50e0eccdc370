"""The settings of a rival's process: the stand's database, and the one app that ``RIVAL`` names."""

import os
from urllib.parse import urlsplit

_url = urlsplit(os.environ["DATABASE_URL"])

RIVAL = os.environ["RIVAL"]
PACKAGES = {
    "plain": [],
    "computed": ["django.contrib.contenttypes", "computedfields"],
    "master": ["dj_cqrs"],
    "flags": ["django.contrib.contenttypes", "django.contrib.auth", "waffle"],
}
INSTALLED_APPS = [*PACKAGES[RIVAL], f"benchmarks.rivals.{RIVAL}"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _url.path.removeprefix("/"),
        "USER": _url.username,
        "HOST": _url.hostname,
        "PORT": _url.port,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

# Its faster way to write; the default is bulk_update.
COMPUTEDFIELDS_FASTUPDATE = True

# Hands the message back instead of sending it: what is left is what the signals themselves cost.
CQRS = {"transport": "dj_cqrs.transport.mock.TransportMock"}
