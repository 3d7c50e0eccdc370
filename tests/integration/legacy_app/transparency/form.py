"""A form as a page shows it: what a browser would send if somebody pressed its button."""

from html.parser import HTMLParser
from typing import Any

Values = dict[str, list[str]]


def form_of(page: str) -> Values:
    """The values of the page's successful controls; those of all its forms, if there are several."""
    reader = Reader()
    reader.feed(page)
    return reader.values


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: Values = {}
        self.select = self.textarea = ""
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = dict(attributes)
        if tag == "input":
            self.input(given)
        elif tag == "select":
            self.select = given.get("name") or ""
        elif tag == "option" and self.select and "selected" in given:
            self.add(self.select, given.get("value") or "")
        elif tag == "textarea":
            self.textarea, self.text = given.get("name") or "", []

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea" and self.textarea:
            self.add(self.textarea, "".join(self.text).removeprefix("\r\n"))
            self.textarea = ""

    def input(self, given: dict[str, Any]) -> None:
        kind = given.get("type", "text")
        if kind in {"submit", "button", "image", "reset", "file"}:
            return
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        if name := given.get("name"):
            self.add(name, given.get("value") or ("on" if kind == "checkbox" else ""))

    def add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)
