"""cqrs_read.E007: a view reports no writes, so nothing can follow from it."""

from typing import Any

import pytest
from django.db import connection, models
from django.db.models import F

from cqrs_read import checks
from tests.integration.cqrs_read.declarations.graph.nodes import Node
from tests.integration.cqrs_read.declarations.graph.probe import declared


class Recent(Node):
    """A view of orders."""

    rate = models.IntegerField()

    class Meta(Node.Meta):
        managed = False
        db_table = "graph recent"


@pytest.fixture
def kind(request: pytest.FixtureRequest, orders: list[Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE {request.param} "graph recent" AS SELECT id, rate FROM "graph_Order"')
    return str(request.param).lower()


@pytest.mark.parametrize(
    "kind", ["VIEW", pytest.param("MATERIALIZED VIEW", marks=pytest.mark.postgresql)], indirect=True
)
def test_a_view_as_the_source_is_refused(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    probe = declared(Recent, value=F("rate"))
    monkeypatch.setattr(checks, "read_models", lambda: [probe])
    (message,) = checks.check_tables(None, databases=["default"])
    assert (message.id, message.obj) == ("cqrs_read.E007", probe)
    assert (
        message.msg
        == f"Columns 'id', 'value': depend on graph recent, which is a {kind} and reports no writes."
    )
    assert checks.check_tables(None) == []


def test_tables_are_not(orders: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "read_models", lambda: [declared(value=F("customer__region__pk"))])
    assert checks.check_tables(None, databases=["default"]) == []
