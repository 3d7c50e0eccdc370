"""What a request to either side leaves: its answer, and the rows that are new or changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from cqrs_routing import endpoints
from cqrs_routing.testing import endpoint_in_mode
from cqrs_write.models import LoggedCommand
from cqrs_write.testing import drain_now

MODULES = ["customers", "orders", "rides"]

Rows = dict[str, dict[Any, dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A request, to be sent to one side or the other."""

    endpoint: str
    url: str
    body: Any = None
    user: User | None = None

    @property
    def method(self) -> str:
        return self.endpoint.split()[0].lower()

    def side(self, mode: str, **headers: str) -> Any:
        """The answer of one side, through every middleware."""
        client: Client = APIClient()
        if self.user is not None:
            client.force_authenticate(self.user)
        with endpoint_in_mode(self.endpoint, mode):
            send = getattr(client, self.method)
            answer = send(self.url, self.body, format="json", headers=headers)
        assert f'side;desc="{mode}"' in answer["Server-Timing"]
        return answer

    def view(self, mode: str) -> int:
        """The status that one side answers with, asked beside another request that is for the other side."""
        match = resolve(self.url)
        view = match.func if mode == "legacy" else endpoints.get(self.endpoint).view
        request = getattr(APIRequestFactory(), self.method)(self.url, self.body, format="json")
        force_authenticate(request, self.user)
        return view(request, *match.args, **match.kwargs).status_code


@dataclass(frozen=True, kw_only=True)
class Outcome:
    status: int
    body: Any
    content_type: str | None = None
    rows: dict[str, list[Any]] = field(default_factory=dict)
    error: str = ""
    """What an accepted command is dead of."""
    refused: int | None = None
    """The status that who waits for it is answered with then."""


def outcome(ask: Ask, mode: str) -> Outcome:
    """What one side answers and writes, after which nothing of it is left."""
    with undone() as found:
        answer = ask.side(mode)
        found.append(
            Outcome(status=answer.status_code, body=answer.json(), content_type=answer["Content-Type"])
        )
    return found[0]


def accepted_outcome(ask: Ask) -> Outcome:
    """The same of a command that is accepted and executed later; the body is its result."""
    with undone() as found:
        answer = ask.side("cqrs", prefer="respond-async")
        if answer.status_code == 202:
            (row,) = drain_now(allow_dead=True)
            found.append(Outcome(status=answer.status_code, error=row.error, **told(row)))
        else:
            found.append(Outcome(status=answer.status_code, body=answer.json()))
    return found[0]


def told(row: LoggedCommand) -> dict[str, Any]:
    """The body of the answer to who waits, and of a dead command its status."""
    if row.state == "done":
        return {"body": row.result}
    detail = row.result["detail"]
    return {
        "body": detail if isinstance(detail, dict | list) else {"detail": detail},
        "refused": row.result["status"],
    }


def assert_same(ask: Ask, status: int) -> Outcome:
    """Both sides answer and write the same, and an accepted command writes it too; returns the legacy outcome."""
    legacy, new, later = outcome(ask, "legacy"), outcome(ask, "cqrs"), accepted_outcome(ask)
    assert new == legacy
    assert legacy.status == status
    assert later.rows == legacy.rows
    if later.status == 202:
        assert later.refused == (None if status < 300 else status)
        if later.body is not None:  # a batch has no results
            assert later.body == legacy.body
    else:
        assert (later.status, later.body) == (status, legacy.body)
    return replace(legacy, error=later.error)


@contextmanager
def undone() -> Iterator[list[Outcome]]:
    """Roll back what the block wrote, and complete the outcome that it appended with it."""
    point, began, before = transaction.savepoint(), timezone.now(), rows()
    found: list[Outcome] = []
    yield found
    after = rows()
    transaction.savepoint_rollback(point)
    new = {
        str(key) for table, found_rows in after.items() for key in found_rows.keys() - before[table].keys()
    }
    body = plain(found[0].body, began, new)
    found[0] = replace(found[0], body=body, rows=changes(before, after, began))


def tables() -> list[type[Model]]:
    """The monolith's models, those between two others included."""
    configs = map(apps.get_app_config, MODULES)
    return [model for config in configs for model in config.get_models(include_auto_created=True)]


def rows() -> Rows:
    """Every row of the monolith's tables, by table and primary key."""
    return {
        model._meta.db_table: {row[model._meta.pk.attname]: row for row in model._base_manager.values()}
        for model in tables()
    }


def changes(before: Rows, after: Rows, began: datetime) -> dict[str, list[Any]]:
    """The rows that are new, changed or gone; new keys and new clocks have no value of their own."""
    new_keys = {table: after[table].keys() - before[table].keys() for table in after}
    found = {}
    for model in tables():
        table = model._meta.db_table
        changed = [row for key, row in after[table].items() if before[table].get(key) != row]
        shown = [shown_row(model, row, new_keys, began) for row in changed]
        gone = before[table].keys() - after[table].keys()
        if shown or gone:
            found[table] = [*sorted(shown, key=repr), *sorted(gone)]
    return found


def shown_row(
    model: type[Model], row: dict[str, Any], new_keys: dict[str, set[Any]], began: datetime
) -> dict[str, Any]:
    shown = {column: "now" if is_clock(value, began) else value for column, value in row.items()}
    for one in model._meta.concrete_fields:
        target = one.target_field if one.is_relation else one
        keys_of = target.model._meta.db_table
        if target.primary_key and row[one.attname] in new_keys.get(keys_of, ()):
            shown[one.attname] = f"new {keys_of}"
    return shown


def is_clock(value: Any, began: datetime) -> bool:
    return isinstance(value, datetime) and value >= began


def plain(body: Any, began: datetime, new_keys: set[str]) -> Any:
    """The body without what only this request can have: new keys that are UUIDs, and clocks."""
    if isinstance(body, dict):
        return {name: plain(value, began, new_keys) for name, value in body.items()}
    if isinstance(body, list):
        return [plain(value, began, new_keys) for value in body]
    if isinstance(body, str) and body in new_keys and len(body) == 36:
        return "a new key"
    if isinstance(body, str) and len(body) >= 20 and is_clock(moment(body), began):
        return "now"
    return body


def moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None
