"""The overlay of a cache: what code in one sandbox wrote, in front of what is really there."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from cqrs_routing.sandbox.active import Sandbox, suspended

MISSING = object()


@dataclass(frozen=True, slots=True)
class Entry:
    """What was written under one key: a pickle, as a cache would keep; None says that the key is gone."""

    pickled: bytes | None
    expires: float | None = None

    @property
    def value(self) -> Any:
        if self.pickled is None or (self.expires is not None and self.expires <= time.time()):
            return MISSING
        return pickle.loads(self.pickled)


class CacheOverlay(BaseCache):
    """Behaves as ``real`` does, whose values it reads, and to which it never writes."""

    def __init__(self, real: BaseCache, sandbox: Sandbox) -> None:
        super().__init__({})
        self.default_timeout = real.default_timeout
        self.real = real
        self.recorded = sandbox.recorded
        self.entries: dict[str, Entry] = {}
        self.cleared = False

    def make_key(self, key: Any, version: int | None = None) -> str:
        return self.real.make_key(key, version)

    def validate_key(self, key: str) -> None:
        self.real.validate_key(key)

    def get(self, key: Any, default: Any = None, version: int | None = None, **options: Any) -> Any:
        entry = self.entries.get(self.make_and_validate_key(key, version))
        value = self._really_there(key, version) if entry is None else entry.value
        return default if value is MISSING else value

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        keys = list(keys)
        elsewhere = [key for key in keys if self.make_and_validate_key(key, version) not in self.entries]
        found = {}
        if elsewhere and not self.cleared:
            with suspended():
                found = self.real.get_many(elsewhere, version)
        found |= super().get_many([key for key in keys if key not in elsewhere], version)
        return {key: found[key] for key in keys if key in found}

    def set(  # type: ignore[override]
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None, **options: Any
    ) -> bool | None:
        """``nx`` is an option of django-redis: only if the key is not there."""
        if options.get("nx"):
            return self.add(key, value, timeout, version)
        self._put("set", key, version, value, self.get_backend_timeout(timeout))
        return True if "nx" in options else None

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        if self.has_key(key, version):
            return False
        self._put("add", key, version, value, self.get_backend_timeout(timeout))
        return True

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        value = self.get(key, MISSING, version)
        if value is MISSING:
            return False
        self._put("touch", key, version, value, self.get_backend_timeout(timeout))
        return True

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        value = self.get(key, MISSING, version)
        if value is MISSING:
            raise ValueError(f"Key '{key}' not found")
        entry = self.entries.get(self.make_key(key, version))
        self._put("incr", key, version, value + delta, entry.expires if entry else None)
        return value + delta  # type: ignore[no-any-return]

    def delete(self, key: Any, version: int | None = None) -> bool:
        there = self.has_key(key, version)
        self.recorded.add("cache", f"delete {key}")
        self.entries[self.make_key(key, version)] = Entry(None)
        return there

    def clear(self) -> None:
        self.recorded.add("cache", "clear")
        self.entries.clear()
        self.cleared = True

    def _put(self, verb: str, key: Any, version: int | None, value: Any, expires: float | None) -> None:
        place = self.make_and_validate_key(key, version)
        self.entries[place] = Entry(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), expires)
        self.recorded.add("cache", f"{verb} {key}")

    def _really_there(self, key: Any, version: int | None) -> Any:
        if self.cleared:
            return MISSING
        with suspended():
            return self.real.get(key, MISSING, version)
