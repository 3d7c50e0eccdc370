"""Storable text: what every database takes, of a size that is known."""


def storable(text: str) -> str:
    """``text`` without zero characters and halves of characters (lone surrogates)."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def cut(text: str, length: int) -> str:
    """At most ``length`` characters of ``text``; an ellipsis says that there were more."""
    return text if len(text) <= length else f"{text[: max(length - 1, 0)]}…"
