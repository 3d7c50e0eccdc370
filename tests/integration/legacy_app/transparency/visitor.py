"""Who asks: a browser or a program, with the credentials it has."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["anonymous", "session", "token"]
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(kw_only=True)
class Visitor:
    """A client with its cookies, and what it sends with each request.

    Attributes:
        name: for reports.
        client: Django's test client, which checks csrf as the site does.
        headers: of each request.
        sends_csrf: whether it sends its csrf cookie's token back in a header, as a script in a page would.
    """

    name: str
    client: Any
    headers: dict[str, str] = field(default_factory=dict)
    sends_csrf: bool = True

    def headers_with(self, more: dict[str, str]) -> dict[str, str]:
        headers = dict(self.headers)
        cookie = self.client.cookies.get("csrftoken")
        if self.sends_csrf and cookie is not None and cookie.value:
            headers["x-csrftoken"] = cookie.value
        return headers | more

    def log_in(self, user: Any) -> None:
        self.client.force_login(user, BACKEND)
