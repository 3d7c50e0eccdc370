#!/usr/bin/env python
"""Django's command line for the customer platform."""

import os
import signal
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "legacy_app.settings_cqrs")
    try:
        # Loading takes a second, in which Ctrl-C shall not print a traceback either.
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
