"""The sample's settings with the migration switched on, and the benchmark's own URLs."""

from legacy_app.settings_cqrs import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
