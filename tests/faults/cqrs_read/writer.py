"""A process that writes orders until it is told to stop, whatever happens to its database meanwhile."""

import os
import random
import signal
import sys
import threading
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legacy_app.settings_cqrs")
django.setup()

from django.db import Error, connection  # noqa: E402

from tests.faults.cqrs_read.test_concurrency import write  # noqa: E402


def main() -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *args: stopped.set())
    choice = random.Random(int(sys.argv[1]))
    sys.stdout.write("Writing\n")
    sys.stdout.flush()
    while not stopped.is_set():
        try:
            write(choice)
        except Error:
            connection.close()
            time.sleep(0.1)


if __name__ == "__main__":
    main()
