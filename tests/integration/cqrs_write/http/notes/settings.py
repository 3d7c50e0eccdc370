"""The sample's settings with the notes app: for processes that tests start."""

from legacy_app.settings_cqrs import *  # noqa: F403
from legacy_app.settings_cqrs import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.integration.cqrs_write.http.notes"]
ROOT_URLCONF = "tests.integration.cqrs_write.http.notes.urls"
