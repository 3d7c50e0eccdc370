"""The migrated monolith without a server: Celery's messages are files in a folder.

``legacy_app.demo`` names the folder in ``DEMO_BROKER_FOLDER``.
"""

import os
from pathlib import Path

from legacy_app.settings_cqrs import *  # noqa: F403

_folder = Path(os.environ["DEMO_BROKER_FOLDER"])
CELERY_BROKER_URL = "filesystem://"
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # One folder for both: every process writes and reads the same messages.
    "data_folder_in": str(_folder / "messages"),
    "data_folder_out": str(_folder / "messages"),
    "control_folder": str(_folder / "control"),
    "polling_interval": 0.05,
}
