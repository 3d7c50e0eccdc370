"""The registry: what is declared, and which of it is routed."""

import pytest

from cqrs_routing.declaration.registry import EndpointRegistry
from cqrs_write.exceptions import UnknownName


def old_view(request): ...


def new_view(request): ...


@pytest.fixture
def registry() -> EndpointRegistry:
    return EndpointRegistry()


def test_a_request_finds_its_endpoint(registry):
    registry.read("GET orders:order-list", view=new_view)
    registry.write("POST orders:order-list", view=old_view)

    assert registry.routes["GET", "orders:order-list"].view is new_view
    assert registry.routes["HEAD", "orders:order-list"].view is new_view
    assert registry.routes["POST", "orders:order-list"].kind == "write"
    assert ("PUT", "orders:order-list") not in registry.routes


def test_an_endpoint_has_one_read_model_or_several(registry):
    registry.read("GET a", view=new_view, read_model=int)
    registry.read("GET b", view=new_view, read_model=[int, str])
    registry.read("GET c", view=new_view)

    assert [endpoint.read_models for endpoint in registry.declared] == [(int,), (int, str), ()]


def test_two_candidates_for_one_endpoint_are_both_left_out(registry):
    registry.read("GET a", view=new_view)
    registry.read("GET a", view=old_view)
    registry.read("GET b", view=new_view)

    assert registry.names == ["GET b"]


def test_a_malformed_endpoint_is_kept_for_the_check_and_left_out(registry):
    registry.read("FETCH a", view=new_view)

    assert registry.names == []
    assert [endpoint.name for endpoint in registry.declared] == ["FETCH a"]


def test_a_candidate_that_is_no_view_is_left_out(registry):
    registry.read("GET a", view=None)
    assert registry.names == []


def test_an_unknown_endpoint_is_told_with_those_there_are(registry):
    registry.read("GET orders:order-list", view=new_view)

    with pytest.raises(UnknownName, match=r"Unknown endpoint 'GET x'\. There are: GET orders:order-list\."):
        registry.get("GET x")
