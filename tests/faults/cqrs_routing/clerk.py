"""A clerk: writes by the monolith's own endpoints, and then looks whether the list of orders shows it."""

import json
import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http.cookies import SimpleCookie
from typing import Any

from cqrs_routing.freshness import TokenKeeper
from cqrs_routing.freshness.keeper import HEADER
from legacy_app.orders.webhook import sign
from tests.faults.cqrs_routing.shop import Account
from tests.faults.cqrs_routing.web import LIST, Answer, Web

COOKIE = "cqrs_freshness"
NO_HEADERS: Mapping[str, str] = {}
MOST_READS = 400

Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A write, and whether rows of its customer's orders show it."""

    what: str
    customer: int
    answer: Answer
    shown_in: Callable[[Rows], bool]


class Wallet:
    """Where a client keeps its token: in the header as programs do, in the cookie as browsers do, or in both.

    Where it keeps both, only one of them is of its latest write.
    """

    def __init__(self, choice: random.Random, keeps: str) -> None:
        self.choice, self.keeps = choice, keeps
        self.keeper, self.cookies = TokenKeeper(), {"theme": "dark"}

    def note(self, answer: Answer) -> None:
        for_header = self.keeps == "header" or (self.keeps == "both" and self.choice.random() < 0.5)
        if for_header:
            self.keeper.keep(answer.headers[HEADER.lower()])
        else:
            self.cookies[COOKIE] = SimpleCookie(answer.headers["set-cookie"])[COOKIE].value

    def headers(self) -> dict[str, str]:
        if self.keeps == "header":
            return self.keeper.headers()
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Cookie": cookie, **self.keeper.headers()}


class Clerk:
    """Works with customers that nobody else changes, so what a write must show is certain."""

    def __init__(self, web: Web, account: Account, keeps: str, seed: int) -> None:
        self.web, self.account = web, account
        self.choice = random.Random(seed)
        self.wallet = Wallet(self.choice, keeps)
        self.orders: dict[int, list[tuple[int, str]]] = {}

    def write(self) -> Written:
        customer = self.choice.choice(self.account.customers)
        writes = [self.place, self.place, self.rename, self.move]
        if self.orders.get(customer):
            writes += [self.pay, self.cancel]
        written = self.choice.choice(writes)(customer)
        self.wallet.note(written.answer)
        return written

    def read(self, written: Written, headers: Mapping[str, str] = NO_HEADERS) -> Answer:
        return self._ask("GET", f"{LIST}?customer={written.customer}&page_size=200", headers=headers)

    def read_elsewhere(self, written: Written) -> list[Answer]:
        """Read with the token until another process has answered than the one that has written."""
        answers: list[Answer] = []
        while not answers or answers[-1].process == written.answer.process:
            assert len(answers) < MOST_READS, f"Only process {written.answer.process} answers."
            # The others may be busy, and this one would take the next request as well.
            time.sleep(0.05 if answers else 0)
            answers.append(self.read(written, self.wallet.headers()))
        return answers

    def place(self, customer: int) -> Written:
        note = str(uuid.uuid4())
        lines = [{"sku": self.account.sku, "quantity": 1}]
        answer = self._ask("POST", LIST, {"customer": customer, "lines": lines, "note": note})
        placed = answer.document["id"], answer.document["number"]
        self.orders.setdefault(customer, []).append(placed)
        return Written(
            what="place",
            customer=customer,
            answer=answer,
            shown_in=lambda rows: (placed[0], note) in notes_of(rows),
        )

    def cancel(self, customer: int) -> Written:
        order, _ = self.orders[customer].pop()
        answer = self._ask("POST", f"{LIST}{order}/cancel/", {})
        return Written(
            what="cancel",
            customer=customer,
            answer=answer,
            shown_in=lambda rows: order not in dict(notes_of(rows)),
        )

    def rename(self, customer: int) -> Written:
        name = str(uuid.uuid4())
        answer = self._ask("PATCH", f"/api/customers/{customer}/", {"name": name})
        return Written(
            what="rename",
            customer=customer,
            answer=answer,
            shown_in=lambda rows: all_have(rows, "name", name),
        )

    def move(self, customer: int) -> Written:
        """An address of which the monolith copies the city to the customer. No candidate is declared for it."""
        city = str(uuid.uuid4())
        address = {"street": "1 High Street", "zip": "1", "city": city, "is_default": True}
        answer = self._ask("POST", f"/api/customers/{customer}/addresses/", address)
        return Written(
            what="move", customer=customer, answer=answer, shown_in=lambda rows: all_have(rows, "city", city)
        )

    def pay(self, customer: int) -> Written:
        """As the payment provider tells it, to a plain view of which nobody has declared anything."""
        order, number = self.orders[customer].pop()
        event = {"payment": str(uuid.uuid4()), "order": number, "amount": "1.25"}
        for name in ("payment.authorized", "payment.captured"):
            answer = self._ask("POST", f"{LIST}payments/webhook/", {**event, "event": name})
        paid = (order, Decimal(event["amount"]))
        return Written(
            what="pay", customer=customer, answer=answer, shown_in=lambda rows: paid in paid_of(rows)
        )

    def _ask(
        self, method: str, path: str, document: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        body = None if document is None else json.dumps(document).encode()
        theirs = self.wallet.headers() if headers is None else headers
        content = {"Content-Type": "application/json", "X-Signature": sign(body or b"")}
        answer = self.web.ask(
            method, path, {"Authorization": self.account.authorization, **content, **theirs}, body
        )
        assert 200 <= answer.status < 300, f"{method} {path}: {answer.status} {answer.body[:500]!r}"
        return answer


def notes_of(rows: Rows) -> list[tuple[int, str]]:
    return [(row["id"], row["note"]) for row in rows]


def paid_of(rows: Rows) -> list[tuple[int, Decimal]]:
    return [(row["id"], Decimal(row["paid"])) for row in rows]


def all_have(rows: Rows, field: str, value: str) -> bool:
    return bool(rows) and all(row["customer"][field] == value for row in rows)
