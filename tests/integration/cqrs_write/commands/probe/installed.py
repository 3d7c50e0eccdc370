"""The probe app, installed for a while in the process of the tests."""

from tests.integration.cqrs_write.installed import installable

from . import commands
from .models import Effect

probe_installed = installable("tests.integration.cqrs_write.commands.probe", commands, Effect)
