"""The settings of the later deployment."""

from legacy_app.settings_cqrs import *  # noqa: F403
from legacy_app.settings_cqrs import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.integration.cqrs_read.rebuild.newer.apps.NewerConfig"]
