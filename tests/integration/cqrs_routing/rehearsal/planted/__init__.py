"""Handlers with a bug in each, and a shop to try them on."""
