"""Switching: how an endpoint gets from one mode to another."""
