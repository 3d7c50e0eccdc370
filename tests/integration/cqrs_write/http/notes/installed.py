"""The notes app, installed for a while in the process of the tests."""

from tests.integration.cqrs_write.installed import installable

from . import commands
from .models import Note

APP = "tests.integration.cqrs_write.http.notes"

notes_installed = installable(APP, commands, Note, ROOT_URLCONF=f"{APP}.urls")
