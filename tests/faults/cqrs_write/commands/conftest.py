"""The probe app and the Celery of the integration tests."""

from tests.integration.cqrs_write.commands.conftest import _not_eager, _probe_app

__all__ = ["_not_eager", "_probe_app"]
