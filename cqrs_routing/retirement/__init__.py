"""Retirement: what of the monolith can go once an endpoint has moved, and what still holds it."""
