"""Django's command line for the shop; ``DJANGO_SETTINGS_MODULE`` says with or without the toolkit."""

import sys

from django.core.management import execute_from_command_line

execute_from_command_line(sys.argv)
