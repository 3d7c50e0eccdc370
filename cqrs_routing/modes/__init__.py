"""Modes: which side an endpoint is served by, as each process knows it."""
