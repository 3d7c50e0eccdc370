"""Bugs of the order list's candidate."""

from decimal import Decimal
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from rest_framework.fields import DateTimeField
from rest_framework.pagination import PageNumberPagination

from legacy_app.orders.filters import OrderFilter
from legacy_app.orders_cqrs.read_models import OrderSummary
from legacy_app.orders_cqrs.views import OrderList, OrderSummaryFilter
from legacy_app.pagination import PageNumberPagination as Pages


class Parsed(OrderList):
    """Right, with the lines at hand."""

    documents = ()

    def represent(self, row):
        return {**super().represent(row), "lines": [dict(line) for line in row["lines"]]}


class OthersOrders(OrderList):
    def get_queryset(self):
        return OrderSummary.objects.all()


class WithoutLogin(OrderList):
    permission_classes = []


class WrongLines(Parsed):
    """Those of the order before: joined by a number that is one too low."""

    def represent(self, row):
        lines = OrderSummary.objects.filter(pk=row["id"] - 1).values_list("lines", flat=True)
        return {**super().represent(row), "lines": next(iter(lines), [])}


class WrongCustomer(OrderList):
    def represent(self, row):
        other = OrderSummary.objects.exclude(customer_id=row["customer_id"]).earliest("id")
        names = ("customer_id", "customer_name", "customer_email", "customer_city")
        return super().represent({**row, **{name: getattr(other, name) for name in names}})


class RoundedTotal(OrderList):
    def represent(self, row):
        return super().represent({**row, "total": row["total"].quantize(Decimal("0.1"))})


class MoneyAsNumber(OrderList):
    def represent(self, row):
        return {**super().represent(row), "paid": float(row["paid"])}


class CommaInMoney(OrderList):
    def represent(self, row):
        return {**super().represent(row), "total": f"{row['total']:,}".replace(".", ",")}


class CountAsText(OrderList):
    def represent(self, row):
        return {**super().represent(row), "line_count": str(row["line_count"])}


class OldestFirst(OrderList):
    ordering = ["placed_at", "id"]


class LocalTime(OrderList):
    timestamp = staticmethod(DateTimeField(default_timezone=ZoneInfo("Europe/Vienna")).to_representation)


class NoteOrNull(OrderList):
    def represent(self, row):
        return {**super().represent(row), "note": row["note"] or None}


class NumberOrNothing(OrderList):
    def represent(self, row):
        return {**super().represent(row), "number": row["number"] or ""}


class WithoutCategory(Parsed):
    def represent(self, row):
        shown = super().represent(row)
        for line in shown["lines"]:
            line["category"] = None
        return shown


class LinesReversed(Parsed):
    def represent(self, row):
        shown = super().represent(row)
        return {**shown, "lines": shown["lines"][::-1]}


class FirstLineOnly(Parsed):
    def represent(self, row):
        shown = super().represent(row)
        return {**shown, "lines": shown["lines"][:1]}


class OneRowLate(OrderList):
    """Every page but the first begins one row late."""

    class pagination_class(Pages):
        def paginate_queryset(self, queryset, request, view=None):
            page = super().paginate_queryset(queryset, request, view)
            if self.page.number > 1:
                start = self.page.start_index()
                page = list(self.page.paginator.object_list[start : start + len(page)])
            return page


class TenPerPage(OrderList):
    class pagination_class(Pages):
        page_size = 10


class WithoutPageSize(OrderList):
    class pagination_class(PageNumberPagination):
        page_size = 25


class CountOfThePage(OrderList):
    def get_paginated_response(self, data):
        response = super().get_paginated_response(data)
        response.data["count"] = len(data)
        return response


class StatusIgnored(OrderList):
    class filterset_class(OrderFilter):
        status = None

        class Meta(OrderFilter.Meta):
            model = OrderSummary
            fields = ["customer", "placed_after", "placed_before"]


class AfterAndNotFrom(OrderList):
    class filterset_class(OrderSummaryFilter):
        def filter_queryset(self, queryset):
            after = self.form.cleaned_data["placed_after"]
            rows = super().filter_queryset(queryset)
            return rows.filter(placed_at__gt=after) if after else rows


class Renamed(OrderList):
    def represent(self, row):
        shown = super().represent(row)
        shown["items"] = shown.pop("item_count")
        return shown


class Leaking(OrderList):
    def represent(self, row):
        return {**super().represent(row), "customer_user_id": row["customer_id"]}


class FailsWithoutNumber(OrderList):
    def represent(self, row):
        return {**super().represent(row), "number": row["number"].upper()}


class NotFoundIfEmpty(OrderList):
    def list(self, request, *args, **kwargs):
        response = super().list(request, *args, **kwargs)
        if not response.data["results"]:
            raise Http404
        return response


class AsHtml(OrderList):
    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs).render()
        return HttpResponse(response.content, status=response.status_code)


class WithLink(OrderList):
    """Pages are told by a header, as some APIs do."""

    def get_paginated_response(self, data):
        response = super().get_paginated_response(data)
        response["Link"] = f'<{response.data["next"]}>; rel="next"'
        return response


class JoinedTwice(OrderList):
    """A join over the lines without DISTINCT."""

    def get_queryset(self):
        return (
            super()
            .get_queryset()
            .extra(
                tables=["orders_orderline"],
                where=["orders_orderline.order_id = orders_cqrs_ordersummary.id"],
            )
        )


class GermanComplaints(OrderList):
    def handle_exception(self, exc):
        response = super().handle_exception(exc)
        if response.status_code == 400:
            response.data = {name: ["Ungültige Eingabe."] for name in response.data}
        return response


class Several(NoteOrNull, LinesReversed, NumberOrNothing, GermanComplaints, WithoutLogin):
    """Five at once."""


BUGS = {
    "others' orders": (OthersOrders, {"results[] rows missing and extra, count changed"}),
    "no login needed": (WithoutLogin, {"status 401 → 200"}),
    "lines of another order": (WrongLines, {"results[].lines[] rows missing and extra"}),
    "another customer": (WrongCustomer, {"results[].customer.* changed"}),
    "money rounded": (RoundedTotal, {"results[].total changed"}),
    "money as a number": (MoneyAsNumber, {"results[].paid of another type"}),
    "money as in Germany": (CommaInMoney, {"results[].total changed"}),
    "a number as text": (CountAsText, {"results[].line_count of another type"}),
    "another order": (OldestFirst, {"results in another order"}),
    "another time zone": (LocalTime, {"results[].placed_at changed"}),
    "null instead of a text": (NoteOrNull, {"results[].note null instead of a value"}),
    "a text instead of null": (NumberOrNothing, {"results[].number a value instead of null"}),
    "a join that finds nothing": (
        WithoutCategory,
        {"results[].lines[].category null instead of a value"},
    ),
    "the order of lines": (LinesReversed, {"results[].lines in another order"}),
    "only the first line": (FirstLineOnly, {"results[].lines[] rows missing"}),
    "a page that begins late": (OneRowLate, {"results[] rows missing and extra"}),
    "another default page size": (
        TenPerPage,
        {"results[] rows missing"},
    ),
    "a page size that cannot be asked for": (
        WithoutPageSize,
        {"results[] rows extra", "status 200 → 404"},
    ),
    "another count": (CountOfThePage, {"count changed"}),
    "a filter that is none": (
        StatusIgnored,
        {"results[] rows extra, count changed", "status 400 → 200"},
    ),
    "a filter that is off by one": (AfterAndNotFrom, {"results[] rows missing, count changed"}),
    "a field renamed": (Renamed, {"results[].item_count missing, results[].items extra"}),
    "a field too many": (Leaking, {"results[].customer_user_id extra"}),
    "an exception for some rows": (FailsWithoutNumber, {"candidate raised builtins.AttributeError"}),
    "404 where nothing is found": (NotFoundIfEmpty, {"status 200 → 404"}),
    "another content type": (AsHtml, {"Content-Type header changed"}),
    "a header too many": (WithLink, {"Link header changed"}),
    "rows twice": (JoinedTwice, {"results[] rows missing and extra, count changed"}),
    "another language": (GermanComplaints, {"customer[] changed", "status[] changed"}),
}
"""Each with the kinds that it reads as, and no others."""

SEVERAL = set().union(*(causes for view, causes in BUGS.values() if issubclass(Several, view)))
