"""An exchange: a request of a walk, and all that its client can tell of the answer."""

from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """``asked`` says who asked for what; ``view`` and ``route`` what the URL resolved to, if anything."""

    asked: str
    method: str
    view: str
    route: str
    status: int
    reason: str
    headers: dict[str, str]
    cookies: list[str]
    body: str
    error: str
    """What the view raised that was answered with a 500."""
    mails: list[str]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def without_header(self, name: str) -> "Exchange":
        return replace(self, headers={key: value for key, value in self.headers.items() if key != name})

    def lines(self) -> list[str]:
        """The exchange as text, for people who look for a difference."""
        return [
            f"{self.asked} -> {self.view} {self.route}",
            f"{self.status} {self.reason}",
            *(f"{name}: {value}" for name, value in sorted(self.headers.items())),
            *(f"Set-Cookie: {cookie}" for cookie in self.cookies),
            *([self.error] if self.error else []),
            *self.body.splitlines(),
            *self.mails,
        ]
