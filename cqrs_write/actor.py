"""The actor: the user who asked for a command, by the user model's primary key."""

from typing import Any

from django.contrib.auth import get_user_model


def actor_text(actor: Any) -> str | None:
    """The key of ``actor`` (a user or a key) as the command log keeps it; None for nobody and anonymous."""
    key = getattr(actor, "pk", None) if hasattr(actor, "is_authenticated") else actor
    return None if key is None else str(key)


def actor_key(text: str | None) -> Any:
    """The key with the type that the user model gives it."""
    return None if text is None else get_user_model()._meta.pk.to_python(text)
