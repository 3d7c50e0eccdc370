"""The sample's settings with reads that wait until a busy machine has got round to the refresh."""

from legacy_app.settings_cqrs import *  # noqa: F403

CQRS_ROUTING = {"RESPONSE_HEADERS": True, "FRESHNESS_WAIT": 3.0}
