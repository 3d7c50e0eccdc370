"""A shop as anybody would set it up: django-oscar with its API, and nothing of the toolkit."""
