"""Triggers that a retired endpoint leaves behind, and tables that stay."""

import pytest
from django.db import connection

from cqrs_routing.declaration.endpoint import Endpoint
from cqrs_routing.rehearsal.images import image_plans
from cqrs_routing.retirement.database import staying_tables, unneeded_triggers
from cqrs_routing.testing import only_endpoints_declared_here
from cqrs_write.capture import image_plan, plan
from cqrs_write.capture.images import install_images
from cqrs_write.capture.install import install
from legacy_app.orders.models import Order, OrderLine

NAME = "POST orders:order-list"

pytestmark = pytest.mark.django_db


def view(request): ...


@pytest.fixture
def project(monkeypatch):
    monkeypatch.setattr(image_plan, "_sources", [image_plans])
    with only_endpoints_declared_here() as endpoints:
        endpoints.write(NAME, view=view, tables=[Order, OrderLine])
        yield endpoints


def found(project):
    return [(one.kind, one.tables) for one in unneeded_triggers(project.get(NAME))]


def test_tables_that_the_candidate_writes_stay(project):
    tables = {one.table: one.needed_by for one in staying_tables(project.get(NAME))}
    assert tables == {
        "orders_order": (f"{__name__}.view",),
        "orders_orderline": (f"{__name__}.view",),
    }


def test_without_image_triggers_there_is_nothing_to_take_away(project):
    assert found(project) == []


@pytest.mark.postgresql
def test_image_triggers_of_the_endpoint_go_but_for_tables_of_others(project):
    install_images(NAME)
    assert found(project) == [("image", ("orders_order", "orders_orderline"))]
    [triggers] = unneeded_triggers(project.get(NAME))
    assert triggers.remedy == f'manage.py cqrs_capture images remove "{NAME}"'
    project.write("POST orders:order-pay", view=view, tables=[Order])
    assert found(project) == [("image", ("orders_orderline",))]


def test_capture_triggers_that_no_read_model_needs_go(project, monkeypatch, settings):
    install("default")
    settings.CQRS_WRITE = {"CAPTURE": True}
    assert found(project) == []
    monkeypatch.setattr(plan, "_sources", [])
    [(kind, tables)] = found(project)
    assert kind == "capture"
    assert "orders_orderline" in tables


def test_where_nothing_is_captured_nothing_is_looked_for(monkeypatch, settings):
    settings.CQRS_WRITE = {"CAPTURE": False}
    monkeypatch.setattr(plan, "_sources", [])
    with connection.execute_wrapper(refuse):
        assert unneeded_triggers(Endpoint(name=NAME, view=view, kind="write")) == []


def refuse(execute, sql, params, many, context):
    raise AssertionError(sql)
