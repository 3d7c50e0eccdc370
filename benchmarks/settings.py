"""The sample's settings with the migration switched on, the benchmarks' own URLs and what they execute."""

from legacy_app.settings_cqrs import *  # noqa: F403
from legacy_app.settings_cqrs import INSTALLED_APPS, REST_FRAMEWORK

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.workload"]

ROOT_URLCONF = "benchmarks.urls"

# One client sends what in production hundreds do.
REST_FRAMEWORK = REST_FRAMEWORK | {
    "DEFAULT_THROTTLE_RATES": dict.fromkeys(REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "1000000/s")
}
