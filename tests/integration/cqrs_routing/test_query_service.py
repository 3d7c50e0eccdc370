"""A process whose database user may only SELECT serves read models through the middleware.

Its grants are those of the reference.
"""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.test import Client
from rest_framework.authtoken.models import Token

from cqrs_read.backfill import backfill
from cqrs_read.standing import serving
from cqrs_read.views import ReadModelDetailView
from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.switching.switch import set_mode
from legacy_app.orders_cqrs.read_models import OrderSummary
from legacy_app.orders_cqrs.views import OrderList
from tests.integration.guides.guide import blocks

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

REFERENCE = Path(__file__).resolve().parents[3] / "migration_guides" / "reference.md"
ROLE, PASSWORD = "query_service", "choose-one"
LIST, DETAIL = "GET orders:order-list", "GET orders:order-detail"


class OrderDetail(OrderList, ReadModelDetailView):
    get = ReadModelDetailView.get

    def object_for_permissions(self, found: Any) -> Any:
        return SimpleNamespace(customer=SimpleNamespace(user_id=found.customer_user_id))


@pytest.fixture
def in_cqrs(transactional_db: None) -> Iterator[None]:
    """List and detail in mode ``cqrs``, over a seeded shop."""
    call_command("seed_legacy", "--scale", "0.005", verbosity=0)
    backfill(OrderSummary)
    declared = endpoints.declared
    endpoints.read(DETAIL, view=OrderDetail.as_view(), read_model=OrderSummary)
    try:
        for name in (LIST, DETAIL):
            set_mode(name, "cqrs", by="ann", reason="a trial", force=True)
        yield
    finally:
        endpoints.replace(declared)


def grants(role: str) -> list[str]:
    (block,) = (block for block in blocks(REFERENCE) if block.words[0] == "sql")
    return block.body.replace(ROLE, role).split(";\n")[:-1]


@pytest.fixture
def clients(in_cqrs: None) -> dict[str, Client]:
    """One client of staff and one customer; their tokens are made before nobody may write any more."""
    users = User.objects.filter(username__in=["clerk1", "customer1"])
    tokens = {user.username: Token.objects.get_or_create(user=user)[0].key for user in users}
    return {name: Client(headers={"authorization": f"Token {key}"}) for name, key in tokens.items()}


@pytest.fixture
def answers(clients: dict[str, Client]) -> dict[tuple[str, str], Any]:
    """What the database's owner is answered to everything that is asked below."""
    return {(name, url): ask(client, url) for name, client in clients.items() for url in urls()}


@pytest.fixture
def as_query_service(answers: Any) -> Iterator[None]:
    """The connection of this process is the query service's."""
    # Roles belong to the whole server, which parallel runs share.
    role = f"{ROLE}_{connection.settings_dict['NAME']}"
    owner = {name: connection.settings_dict[name] for name in ("USER", "PASSWORD")}
    with connection.cursor() as cursor:
        for grant in grants(role):
            cursor.execute(grant)
    try:
        use(USER=role, PASSWORD=PASSWORD)
        yield
    finally:
        use(**owner)
        with connection.cursor() as cursor:
            cursor.execute(f'DROP OWNED BY "{role}"')
            cursor.execute(f'DROP ROLE "{role}"')


def use(**settings: str) -> None:
    connection.close()
    connection.settings_dict.update(settings)
    modes.forget()
    serving.forget()


def urls() -> list[str]:
    key = OrderSummary.objects.values_list("pk", flat=True).first()
    own = OrderSummary.objects.exclude(customer_user_id=None).values_list("pk", flat=True)[:1]
    return [
        "/api/orders/",
        "/api/orders/?page_size=3&page=2",
        "/api/orders/?status=paid&ordering=id",
        "/api/orders/?placed_after=2026-01-01T00:00:00Z",
        "/api/orders/?page=99999",
        f"/api/orders/{key}/",
        *(f"/api/orders/{key}/" for key in own),
        "/api/orders/999999999/",
    ]


def ask(client: Client, url: str) -> tuple[int, bytes, str]:
    answer = client.get(url)
    return answer.status_code, answer.content, answer["Server-Timing"].partition(",")[0]


def test_it_answers_what_the_owner_answers(
    answers: dict[tuple[str, str], Any], clients: dict[str, Client], as_query_service: None
) -> None:
    for (name, url), expected in answers.items():
        assert ask(clients[name], url) == expected, url
        assert expected[2] == 'side;desc="cqrs"'
    assert {status for status, *_ in answers.values()} == {200, 404}


def test_it_may_do_nothing_else(as_query_service: None) -> None:
    for statement in (
        "UPDATE orders_cqrs_ordersummary SET status = 'paid'",
        "INSERT INTO cqrs_routing_endpointmode (endpoint, mode) VALUES ('GET x', 'cqrs')",
        "UPDATE cqrs_read_model_state SET ready_at = NULL",
        "DELETE FROM authtoken_token",
        "SELECT * FROM orders_order",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_every_table_that_is_granted_is_read(clients: dict[str, Client], as_query_service: None) -> None:
    statements: list[str] = []

    def note(execute: Any, sql: str, *args: Any) -> Any:
        statements.append(sql)
        return execute(sql, *args)

    modes.forget()
    serving.forget()
    with connection.execute_wrapper(note):
        ask(clients["clerk1"], "/api/orders/")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.role_table_grants WHERE grantee = current_user"
        )
        granted = [name for (name,) in cursor.fetchall()]
    assert [table for table in granted if not any(f'"{table}"' in sql for sql in statements)] == []
    assert len(granted) == 5
