"""A read endpoint whose read model cannot serve: legacy does, and everyone is told why."""

import logging

import pytest
from django.test.utils import isolate_apps

from cqrs_read import ReadModel
from cqrs_read.models import ReadModelState
from cqrs_read.standing.serving import forget
from cqrs_read.testing import refresh_now
from cqrs_routing.exceptions import TransitionRefused
from cqrs_routing.models import EndpointMode
from cqrs_routing.modes.snapshot import modes
from cqrs_routing.status import endpoint_statuses
from cqrs_routing.switching.switch import set_mode
from cqrs_routing.testing import endpoint_in_mode
from legacy_app.orders_cqrs.read_models import OrderSummary

from .clients import ask
from .views import ok

NAME = "GET routed:ok"

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoints(project):
    """The endpoint reads a read model, which nothing has filled."""
    project.replace(())
    project.read(NAME, view=ok, read_model=OrderSummary)
    return project


@pytest.fixture
def in_cqrs(endpoints):
    """The endpoint was promoted while its read model could serve."""
    EndpointMode.objects.create(pk=NAME, mode="cqrs")
    modes.expire()


def test_a_promotion_is_refused(endpoints):
    with pytest.raises(TransitionRefused) as refusal:
        set_mode(NAME, "cqrs", by="ann", reason="a trial", force=True)
    assert str(refusal.value).startswith(f"{NAME} cannot go from legacy to cqrs: orders_cqrs.OrderSummary")
    assert "\n" not in str(refusal.value)
    assert not EndpointMode.objects.exists()


@pytest.mark.usefixtures("in_cqrs")
@pytest.mark.parametrize("handler", ["wsgi", "asgi"])
def test_legacy_serves(handler, settings, caplog):
    settings.CQRS_ROUTING = {"RESPONSE_HEADERS": True}
    with caplog.at_level(logging.INFO, "cqrs_routing.routing"):
        response = ask(handler, "/routed/ok/")

    assert response.json()["side"] == "legacy"
    assert 'side;desc="legacy", fallback;desc="orders_cqrs.OrderSummary' in response["Server-Timing"]
    [record] = [record for record in caplog.records if record.name == "cqrs_routing.routing"]
    assert (record.side, record.reason.partition(" ")[0].rstrip(":")) == (
        "legacy",
        "orders_cqrs.OrderSummary",
    )


@pytest.mark.usefixtures("in_cqrs")
def test_the_status_tells_the_obstacle():
    [status] = endpoint_statuses()
    assert (status.mode, status.side) == ("cqrs", "legacy")
    assert status.obstacle.startswith("orders_cqrs.OrderSummary")
    assert status.read_models == ["orders_cqrs.OrderSummary"]


@pytest.mark.usefixtures("in_cqrs")
def test_back_to_legacy_is_possible_all_the_same():
    assert set_mode(NAME, "legacy", by="ann").changed


@pytest.mark.usefixtures("endpoints")
def test_a_pinned_endpoint_is_served_without_asking_the_read_model():
    with endpoint_in_mode(NAME, "cqrs"):
        assert "side" not in ask("wsgi", "/routed/ok/").json()


def test_a_read_model_of_another_declaration_is_fallen_back_from(endpoints, in_cqrs):
    """As the old code's table is to a new process during a deployment."""
    refresh_now(OrderSummary)
    assert "side" not in ask("wsgi", "/routed/ok/").json(), "the candidate answers"
    ReadModelState.objects.update(fingerprint="of other code")
    forget()
    modes.expire()
    assert ask("wsgi", "/routed/ok/").json()["side"] == "legacy"
    [status] = endpoint_statuses()
    assert "was declared differently" in status.obstacle


def test_a_read_model_without_a_declaration_is_fallen_back_from(project):
    with isolate_apps("legacy_app.orders_cqrs"):

        class Broken(ReadModel):
            class Meta:
                app_label = "orders_cqrs"

    project.replace(())
    project.read(NAME, view=ok, read_model=Broken)
    EndpointMode.objects.create(pk=NAME, mode="cqrs")
    modes.expire()
    assert ask("wsgi", "/routed/ok/").json()["side"] == "legacy"
    [status] = endpoint_statuses()
    assert "has no Projection with a source" in status.obstacle
