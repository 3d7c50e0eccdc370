"""Releases of the order endpoints' candidates: the ones of ``orders_cqrs``, and others with a mistake in.

An app of the demo's own processes, which nobody else installs.
"""
