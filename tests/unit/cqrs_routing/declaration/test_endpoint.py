"""Endpoints: the string that names one, and the requests that belong to it."""

import pytest
from django.http import HttpResponse
from django.views import View
from rest_framework.views import APIView

from cqrs_routing.declaration.endpoint import Endpoint, parse
from cqrs_routing.exceptions import MalformedEndpoint


def order_list(request):
    return HttpResponse()


class OrderList(View):
    pass


class OrderListAPI(APIView):
    pass


def test_a_name_is_method_and_view_name():
    assert parse("GET orders:order-list") == ("GET", "orders:order-list")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("orders:order-list", "write method and view name"),
        ("GET", "write method and view name"),
        ("GET  orders:order-list", "write method and view name"),
        ("FETCH orders:order-list", "There are: GET, POST, PUT, PATCH, DELETE."),
        ("get orders:order-list", "has no known method"),
        ("HEAD orders:order-list", "declare 'GET orders:order-list'"),
    ],
)
def test_a_malformed_name_is_refused_by_its_name(name, complaint):
    with pytest.raises(MalformedEndpoint) as refusal:
        parse(name)
    assert f"'{name}'" in str(refusal.value)
    assert complaint in str(refusal.value)


def test_head_goes_with_get():
    endpoint = Endpoint(name="GET orders:order-list", view=order_list, kind="read")
    assert endpoint.routes == (("GET", "orders:order-list"), ("HEAD", "orders:order-list"))


def test_another_method_goes_alone():
    endpoint = Endpoint(name="POST orders:order-list", view=order_list, kind="write")
    assert endpoint.routes == (("POST", "orders:order-list"),)


@pytest.mark.parametrize(
    ("view", "name"),
    [
        (order_list, "order_list"),
        (OrderList.as_view(), "OrderList"),
        (OrderListAPI.as_view(), "OrderListAPI"),
    ],
)
def test_the_view_is_told_by_where_it_is_defined(view, name):
    assert Endpoint(name="GET x", view=view, kind="read").view_path == f"{__name__}.{name}"
