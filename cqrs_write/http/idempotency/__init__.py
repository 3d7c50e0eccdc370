"""Idempotency: a request with an ``Idempotency-Key`` has its effect once, however often it is sent.

The header is that of https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/. The answer is stored
in the transaction of the command's effect, and repeated to whoever sends the same request with the same key.
"""

from cqrs_write.http.idempotency.key import HEADER, Key, key_in
from cqrs_write.http.idempotency.once import Answered, once

__all__ = ["HEADER", "Answered", "Key", "key_in", "once"]
