from legacy_app.settings_cqrs import *  # noqa: F403

CQRS_READ = {"THROTTLES": ("tests.faults.cqrs_read.held.throttles.held",)}
