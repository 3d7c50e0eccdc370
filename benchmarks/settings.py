"""The sample's settings with the migration switched on, the benchmarks' own URLs and what they execute."""

from legacy_app.settings_cqrs import *  # noqa: F403
from legacy_app.settings_cqrs import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.workload"]

ROOT_URLCONF = "benchmarks.urls"
