"""Declaration: what the ``endpoints.py`` modules say, and the URL names and decorators of the legacy views."""
