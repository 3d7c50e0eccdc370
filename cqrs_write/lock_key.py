"""Keys of advisory locks."""

import hashlib


def lock_key(source: str) -> int:
    """64 bits (signed) that stand for ``source``, in every process. Two texts with one key lock each other out."""
    return int.from_bytes(hashlib.blake2b(source.encode(), digest_size=8).digest(), "big", signed=True)
