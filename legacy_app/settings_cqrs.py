"""The monolith's settings with the migration switched on: three apps, one middleware, and what moved so far."""

from legacy_app.settings import *  # noqa: F403
from legacy_app.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS, MIDDLEWARE

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "cqrs_write",
    "cqrs_read",
    "cqrs_routing",
    "legacy_app.customers_cqrs",
    "legacy_app.orders_cqrs",
    "legacy_app.rides_cqrs",
    "legacy_app.demo",
]

# Last, so that everything the monolith wraps around its views is wrapped around the new ones too.
# The trace's is first, so that everything that a request does belongs to it.
MIDDLEWARE = [
    "cqrs_write.middleware.TraceMiddleware",
    *MIDDLEWARE,
    "cqrs_routing.middleware.RoutingMiddleware",
]

ROOT_URLCONF = "legacy_app.urls_cqrs"

# Accepted commands whose wake-up was lost, and retries that fall due, wait for the next sweep. The trim keeps the
# change log short, whether or not a refresher runs. Read models are compared with their sources all the time, a
# slice every half minute. The guard takes back what does worse than the monolith.
CELERY_BEAT_SCHEDULE = {
    **CELERY_BEAT_SCHEDULE,
    "cqrs-sweep": {"task": "cqrs_write.sweep", "schedule": 1.0},
    "cqrs-purge": {"task": "cqrs_write.purge", "schedule": 3600.0},
    "cqrs-trim-outbox": {"task": "cqrs_write.trim_outbox", "schedule": 3600.0},
    "cqrs-trim": {"task": "cqrs_write.trim", "schedule": 60.0},
    "cqrs-verify-sample": {"task": "cqrs_read.verify_sample", "schedule": 30.0},
    "cqrs-guard": {"task": "cqrs_routing.guard", "schedule": 2.0},
    "cqrs-roll-up": {"task": "cqrs_routing.roll_up", "schedule": 600.0},
}

CQRS_ROUTING = {"RESPONSE_HEADERS": True}
