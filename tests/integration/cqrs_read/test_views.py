"""Views over a read model: what DRF does for a model with a serializer, from rows as they are."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.urls import include, path
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.generators import SchemaGenerator
from rest_framework.decorators import action
from rest_framework.filters import OrderingFilter
from rest_framework.generics import RetrieveAPIView
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer, JSONRenderer
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient
from rest_framework.viewsets import ReadOnlyModelViewSet

from cqrs_read.views import ReadModelDetailView, ReadModelListView, ReadModelViewSet
from legacy_app.orders.models import Order
from legacy_app.orders.serializers import OrderSerializer
from legacy_app.orders_cqrs.read_models import OrderSummary

EXACT = '[{"n": 12345678901234567890.10}]'


class Repr(BaseRenderer):
    """Shows what a renderer of the project is given."""

    media_type, format = "text/x-repr", "repr"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> str:
        return repr(data["results"][0]["lines"])


class OwnJSON(JSONRenderer):
    media_type, format = "application/vnd.own+json", "own"


class NotCancelled(BasePermission):
    message = "Not this one."

    def has_object_permission(self, request: Any, view: Any, order: OrderSummary) -> bool:
        return order.status != "cancelled"


class SummarySerializer(ModelSerializer):
    class Meta:
        model = OrderSummary
        fields = "__all__"


class Filtered:
    queryset = OrderSummary.objects.all()
    permission_classes = [NotCancelled]
    filter_backends = [DjangoFilterBackend, OrderingFilter]
    filterset_fields = ["status", "customer_id"]
    ordering_fields = ["id", "total"]
    ordering = ["id"]
    renderer_classes = [JSONRenderer, OwnJSON, Repr, BrowsableAPIRenderer]


class Serialized(Filtered, ReadOnlyModelViewSet):
    """What a team would write without us."""

    serializer_class = SummarySerializer


class Summaries(Filtered, ReadModelViewSet):
    @action(detail=True)
    def skus(self, request: Any, pk: Any = None) -> Response:
        return Response([line["sku"] for line in self.row_of(self.get_object())["lines"].parsed()])

    @action(detail=False, methods=["post"])
    def pay(self, request: Any) -> Response:
        raise AssertionError("it must not be reached")


class SummaryList(Filtered, ReadModelListView):
    fields = ["id", "total", "lines"]
    serializer_class = OrderSerializer

    def represent(self, row: Any) -> Any:
        return {"number": row["id"], "lines": row["lines"], "total": f"€ {row['total']}"}


class FirstSkus(Filtered, ReadModelListView):
    documents = ()

    def represent(self, row: Any) -> Any:
        return {"skus": [line["sku"] for line in row["lines"]]}


class SummaryDetail(Filtered, ReadModelDetailView):
    fields = ["id", "lines"]
    lookup_url_kwarg = "order"


class LegacyDetail(RetrieveAPIView):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer
    permission_classes = []


router = DefaultRouter()
router.register("serialized", Serialized, basename="serialized")
router.register("summaries", Summaries, basename="summary")

urlpatterns = [
    path("", include(router.urls)),
    path("list/", SummaryList.as_view()),
    path("skus/", FirstSkus.as_view()),
    path("detail/<order>/", SummaryDetail.as_view()),
    path("legacy/<pk>/", LegacyDetail.as_view()),
]


@pytest.fixture
def client(settings: Any, filled: list[Order]) -> APIClient:
    settings.ROOT_URLCONF = __name__
    client = APIClient()
    client.force_authenticate(User.objects.create_user("clerk", is_staff=True))
    return client


@pytest.fixture
def exact(filled: list[Order]) -> Order:
    """An order whose document no parser would write back as it is."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_cqrs_ordersummary SET lines = %s WHERE id = %s", [EXACT, filled[0].pk])
    return filled[0]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?page_size=2&page=2",
        "?page=9",
        "?status=paid",
        "?customer_id=x",
        "?ordering=-total",
        "?page_size=3",
    ],
)
def test_the_list_is_what_drf_makes_with_a_serializer(client: APIClient, query: str) -> None:
    expected, answer = client.get(f"/serialized/{query}"), client.get(f"/summaries/{query}")
    assert answer.status_code == expected.status_code
    assert answer.json() == json.loads(expected.content.replace(b"/serialized/", b"/summaries/"))
    assert answer["Content-Type"] == expected["Content-Type"]


def test_the_detail_is_what_drf_makes_with_a_serializer(client: APIClient, filled: list[Order]) -> None:
    for order in filled[:4]:
        assert client.get(f"/summaries/{order.pk}/").json() == client.get(f"/serialized/{order.pk}/").json()


def test_own_representation(client: APIClient, filled: list[Order]) -> None:
    row = OrderSummary.objects.get(pk=filled[1].pk)
    shown = client.get("/list/").json()["results"][1]
    assert shown == {"number": row.pk, "lines": row.lines, "total": f"€ {row.total}"}
    assert client.get("/skus/").json()["results"][1] == {"skus": [line["sku"] for line in row.lines]}
    assert client.get(f"/detail/{row.pk}/").json() == {"id": row.pk, "lines": row.lines}


def test_the_page_comes_unparsed_and_in_two_queries(
    client: APIClient, exact: Order, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        assert EXACT.encode() in client.get("/summaries/").content
    with django_assert_num_queries(1):
        assert EXACT.encode() in client.get(f"/summaries/{exact.pk}/").content


@pytest.mark.parametrize("accept", ["application/json; indent=2", "application/vnd.own+json", "text/html"])
def test_the_page_is_parsed_where_the_text_would_not_do(client: APIClient, exact: Order, accept: str) -> None:
    expected, answer = (
        client.get(f"/{name}/", headers={"accept": accept}) for name in ("serialized", "summaries")
    )
    assert b"1.2345678901234567e" in answer.content
    if accept != "text/html":
        assert answer.content == expected.content


def test_other_renderers_get_what_they_always_got(client: APIClient, exact: Order) -> None:
    assert client.get("/summaries/?format=repr").content == b"[{'n': 1.2345678901234567e+19}]"


def test_a_missing_row_is_missing_in_the_words_of_the_legacy_endpoint(
    client: APIClient, filled: list[Order]
) -> None:
    for key in ("999999", "abc"):
        expected, answer = client.get(f"/legacy/{key}/"), client.get(f"/detail/{key}/")
        assert (answer.status_code, answer.content) == (404, expected.content)
    cancelled = filled[4]
    assert client.get(f"/summaries/{cancelled.pk}/").status_code == 404


def test_filters_hold_for_the_detail_too(client: APIClient, filled: list[Order]) -> None:
    assert client.get(f"/summaries/{filled[0].pk}/?status=paid").status_code == 404


def test_object_permissions_see_the_read_models_row(client: APIClient, exact: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_cqrs_ordersummary SET status = 'cancelled' WHERE id = %s", [exact.pk])
    answer = client.get(f"/detail/{exact.pk}/")
    assert (answer.status_code, answer.json()) == (403, {"detail": "Not this one."})


def test_extra_actions_read(client: APIClient, filled: list[Order]) -> None:
    assert client.get(f"/summaries/{filled[2].pk}/skus/").json() == ["A", "B", "C"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("url", ["/summaries/", "/summaries/1/", "/summaries/pay/", "/list/", "/detail/1/"])
def test_only_safe_methods_are_allowed(client: APIClient, method: str, url: str) -> None:
    answer = getattr(client, method)(url)
    assert answer.status_code == 405
    assert set(answer["Allow"].split(", ")) <= {"GET", "HEAD", "OPTIONS"}
    assert client.options("/summaries/").status_code == client.head("/summaries/").status_code == 200


def test_the_openapi_schema() -> None:
    schema = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)
    listed, shown = schema["paths"]["/summaries/"]["get"], schema["paths"]["/summaries/{id}/"]["get"]
    paged = schema["components"]["schemas"]["PaginatedSummariesList"]
    assert body_of(listed) == {"$ref": "#/components/schemas/PaginatedSummariesList"}
    assert body_of(shown) == {"$ref": "#/components/schemas/Summaries"}
    assert paged["properties"]["results"]["items"] == body_of(shown)
    assert {item["name"] for item in listed["parameters"]} == {
        "customer_id", "ordering", "page", "page_size", "status", "format",
    }  # fmt: skip
    columns = {field.attname for field in OrderSummary._meta.concrete_fields}
    assert set(schema["components"]["schemas"]["Summaries"]["properties"]) == columns
    assert set(schema["components"]["schemas"]["SummaryDetail"]["properties"]) == {"id", "lines"}
    assert body_of(schema["paths"]["/list/"]["get"]) == {"$ref": "#/components/schemas/PaginatedOrderList"}


def body_of(operation: dict[str, Any]) -> Any:
    return operation["responses"]["200"]["content"]["application/json"]["schema"]
