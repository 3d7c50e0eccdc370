"""An answer: what one side gave for a request, or the exception that it raised instead."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from traceback import StackSummary, extract_tb
from typing import Any

from django.http import HttpResponse
from django.utils.datastructures import CaseInsensitiveMapping

CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE | re.ASCII)

FRAMES = 12
"""Lines of a traceback that are kept: the innermost."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One side's answer.

    Attributes:
        headers: by name, in whatever case.
        error: dotted class name of the exception that the view raised; empty where it answered.
        traceback: where that was, without its message, which may have anything in it. Not compared.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str = ""
    traceback: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", CaseInsensitiveMapping(self.headers))

    @classmethod
    def from_response(cls, response: HttpResponse) -> Answer:
        """What ``response`` says. It must be rendered, and not a streaming one: reading that would use it up."""
        return cls(status=response.status_code, headers=dict(response.items()), body=response.content)

    @classmethod
    def from_exception(cls, error: BaseException) -> Answer:
        frames = extract_tb(error.__traceback__)[-FRAMES:]
        return cls(
            status=500, error=class_name(error), traceback="".join(StackSummary.from_list(frames).format())
        )

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Answer:
        """The answer that :meth:`to_dict` has written."""
        body = b64decode(values["base64"]) if "base64" in values else values["body"].encode()
        return cls(status=values["status"], headers=values["headers"], body=body, error=values["error"])

    def to_dict(self) -> dict[str, Any]:
        """Its values as JSON has them; the body is ``base64`` where it is not UTF-8."""
        values = {"status": self.status, "headers": dict(self.headers), "error": self.error}
        try:
            return values | {"body": self.body.decode()}
        except UnicodeDecodeError:
            return values | {"base64": b64encode(self.body).decode()}

    @cached_property
    def media_type(self) -> str:
        """``application/json`` of ``Application/JSON; charset=utf-8``."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def says_json(self) -> bool:
        return self.media_type.endswith(("/json", "+json"))

    @property
    def text(self) -> str | None:
        """The body as text; None where it is binary."""
        declared = CHARSET.search(self.headers.get("Content-Type", ""))
        try:
            text = self.body.decode(declared[1] if declared else "utf-8")
        except (LookupError, ValueError):
            return None
        return None if "\0" in text else text


def class_name(error: BaseException) -> str:
    """Where the class of ``error`` is defined."""
    return f"{type(error).__module__}.{type(error).__qualname__}"
