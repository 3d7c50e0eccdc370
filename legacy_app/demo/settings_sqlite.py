"""The migrated monolith without a server: Celery's messages are files in a folder.

``legacy_app.demo`` names the folder in ``DEMO_BROKER_FOLDER``.
"""

import os

from kombu.transport import TRANSPORT_ALIASES

from legacy_app.demo.settings import *  # noqa: F403

TRANSPORT_ALIASES["folder"] = "legacy_app.demo.folder_broker:Transport"

CELERY_BROKER_URL = "folder://"
CELERY_BROKER_TRANSPORT_OPTIONS = {"folder": os.environ["DEMO_BROKER_FOLDER"]}  # type: ignore[dict-item]
CELERY_TASK_ALWAYS_EAGER = False
# Remote control needs a broker that can tell all workers the same.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
