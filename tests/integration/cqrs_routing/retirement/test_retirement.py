"""Retiring endpoints of the sample: what the command says of the monolith's own code."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from cqrs_routing.declaration.registry import endpoints
from cqrs_routing.models import EndpointMode, ModeChange
from cqrs_routing.retirement.retirement import retirement_of
from tests.integration.cqrs_routing.switching.counted import count

REFUND = "POST orders:order-refund"
PRODUCTS = "GET orders:product-list"
DAY = 24 * 3600

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def project(settings):
    settings.ROOT_URLCONF = "legacy_app.urls"


def move(*names):
    """Have the endpoints been in cqrs for long."""
    rows = EndpointMode.objects.filter(pk__in=names)
    at = timezone.now() - timedelta(days=30)
    for name in names:
        EndpointMode.objects.create(pk=name, mode="cqrs", changed_at=at)
        ModeChange.objects.create(endpoint=name, old="canary", new="cqrs", at=at)
        count(name, side="cqrs", requests=5, ago=29 * DAY)
        count(name, side="cqrs", requests=5, ago=2 * DAY)
    assert rows.count() == len(names)


def run(*words):
    """What the command printed, and its exit code."""
    out = StringIO()
    try:
        call_command("cqrs_endpoint", "retire", *words, stdout=out)
    except SystemExit as end:
        return out.getvalue(), end.code
    return out.getvalue(), 0


def test_an_endpoint_that_may_be_retired():
    move(REFUND)
    printed, code = run(REFUND)
    assert code == 0
    assert printed.startswith(
        f"{REFUND} may be retired: legacy answered none of its requests in 14 days, the new side 5.\n"
    )
    assert "  action legacy_app.orders.views.OrderViewSet.refund (legacy_app/orders/views.py:" in printed
    assert "shall lead to POST: legacy_app.orders_cqrs.actions.RefundOrderView" in printed


def test_one_that_may_not_is_shown_all_the_same():
    printed, code = run(REFUND)
    assert code == 1
    assert printed.startswith(f"{REFUND} may not be retired yet:\n  it is in legacy\n")
    assert "Goes with it:\n  action legacy_app.orders.views.OrderViewSet.refund" in printed


def test_as_json():
    printed, code = run(REFUND, "--json")
    shown = json.loads(printed)
    assert (code, shown["ready"], shown["reasons"]) == (1, False, ["it is in legacy"])
    assert shown["readiness"]["days"] == 14
    assert [part["path"] for part in shown["goes"]] == ["legacy_app.orders.views.OrderViewSet.refund"]
    move(REFUND)
    printed, code = run(REFUND, "--json", "--days", "20")
    assert (code, json.loads(printed)["ready"]) == (0, True)


def test_the_candidate_that_imports_a_legacy_form_holds_it():
    held = {part.path: [str(use) for use in part.used_by] for part in retirement_of(REFUND).held}
    assert held["legacy_app.orders.views.RefundRequestSerializer"] == [
        "legacy_app.orders.views: RefundRequestSerializer, in OrderViewSet.get_serializer_class",
        "legacy_app.orders_cqrs.actions: RefundRequestSerializer, in RefundOrderView",
    ]


def test_a_view_of_one_method_goes_and_leaves_a_filter_that_the_candidate_has():
    move(PRODUCTS)
    retirement = retirement_of(PRODUCTS)
    assert {part.path for part in retirement.goes} == {
        "legacy_app.orders.catalog.ProductListView",
        "legacy_app.orders.catalog.ProductSerializer",
    }
    [part] = retirement.held
    assert part.path == "legacy_app.orders.filters.ProductFilter"
    assert [use.module for use in part.used_by] == ["legacy_app.orders_cqrs.catalog"]


def test_a_url_whose_other_method_is_with_legacy_stays():
    listed = "GET orders:order-list"
    move(listed)
    retirement = retirement_of(listed)
    assert [part.path for part in retirement.goes] == ["legacy_app.orders.views.OrderViewSet.list"]
    assert {one.needed_for for one in retirement.patterns} == {
        ("POST orders:order-list: it is in legacy",),
    }
    assert any("stays declared" in caution for caution in retirement.cautions)
    move("POST orders:order-list")
    retirement = retirement_of(listed)
    assert all(one.goes for one in retirement.patterns)
    assert retirement.patterns[0].leads_to == (
        "GET: legacy_app.orders_cqrs.views.OrderList",
        "POST: legacy_app.orders_cqrs.place_order.PlaceOrderView",
    )


def test_an_endpoint_that_nobody_asks_for_is_one_to_mind():
    at = timezone.now() - timedelta(days=30)
    EndpointMode.objects.create(pk=REFUND, mode="cqrs", changed_at=at)
    count(PRODUCTS, side="legacy", requests=1, ago=29 * DAY)
    retirement = retirement_of(REFUND)
    assert retirement.is_ready
    assert "nobody asked for it in that time, so nothing was seen of its candidate" in retirement.cautions


def test_tables_that_a_read_model_is_computed_from_stay():
    tables = {one.table: one.needed_by for one in retirement_of(PRODUCTS).tables}
    assert tables["orders_product"] == ("orders_cqrs.ProductCard",)


def test_nothing_is_deleted_and_no_mode_changed():
    EndpointMode.objects.create(pk=REFUND, mode="shadow")
    run(REFUND)
    assert EndpointMode.objects.get().mode == "shadow"
    assert endpoints.get(REFUND).name == REFUND


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["GET nowhere"], "Unknown endpoint 'GET nowhere'. There are: "),
        ([REFUND, "--days", "100"], "Traffic is kept for 35 days, so nothing is known of 100: "),
    ],
)
def test_a_mistake_ends_with_one_line(words, complaint):
    with pytest.raises(CommandError) as end:
        run(*words)
    assert end.value.returncode == 2
    assert str(end.value).startswith(complaint)
