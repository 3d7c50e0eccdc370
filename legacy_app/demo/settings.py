"""The migrated monolith as the demo's processes run it: the order endpoints' candidates come in releases."""

from legacy_app.settings_cqrs import *  # noqa: F403
from legacy_app.settings_cqrs import CQRS_ROUTING, INSTALLED_APPS, LOGGING

INSTALLED_APPS = [*INSTALLED_APPS, "legacy_app.demo.releases"]

# Clients, servers and workers share one machine here, so web processes often seem too busy to have anything compared.
CQRS_ROUTING = {**CQRS_ROUTING, "SHADOW_MAX_LOAD": 1.0}  # type: ignore[dict-item]

# Why a rehearsal came to no result.
LOGGERS = {**LOGGING["loggers"], "cqrs_routing.rehearsal": {"level": "INFO"}}  # type: ignore[dict-item]
LOGGING = {**LOGGING, "loggers": LOGGERS}
