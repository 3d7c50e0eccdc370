"""The sample's settings with a limit so small that every refresh has a backlog."""

from legacy_app.settings_cqrs import *  # noqa: F403

CQRS_READ = {"REFRESH_KEYS": 3}
