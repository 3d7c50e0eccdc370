"""Rebuild: a new version of a read model beside the old one, which serves until they are swapped."""

from cqrs_read.rebuild.run import Rebuilt, being_built, cancel, changed, rebuild

__all__ = ["Rebuilt", "being_built", "cancel", "changed", "rebuild"]
