"""Read views: a read model's rows as the legacy endpoint answers them.

Filters, ordering, pagination, permissions, throttles and renderers are DRF's, set on the class as on any generic
view, so the legacy endpoint's own can be named there. Only the serializer is gone: a row is already what is shown.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from rest_framework.fields import DateTimeField, DurationField
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings


class ReadModelListView(GenericAPIView):  # type: ignore[type-arg]  # no brackets at run time
    """A list endpoint over a read model.

    Set ``queryset`` as on any generic view, ``fields`` to the columns that :meth:`represent` needs, and override
    :meth:`represent` where the answer is not simply these.
    """

    fields: Sequence[str] = ()

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = self.filter_queryset(self.get_queryset()).values(*self.fields)
        page = self.paginate_queryset(rows)
        if page is None:
            return Response([self.represent(row) for row in rows])
        return self.get_paginated_response([self.represent(row) for row in page])

    def represent(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """One item of the answer, from the columns of one row; by default these, as a serializer shows them."""
        return {name: shown(value) for name, value in row.items()}


def shown(value: Any) -> Any:
    """The value of a column as DRF's serializers show it, where its JSON encoder would do otherwise."""
    return SHOWN[type(value)](value) if type(value) in SHOWN else value


def _decimal(value: Decimal) -> Decimal | str:
    return str(value) if api_settings.COERCE_DECIMAL_TO_STRING else value


SHOWN: dict[type, Callable[[Any], Any]] = {
    Decimal: _decimal,
    datetime: DateTimeField().to_representation,
    timedelta: DurationField().to_representation,
}
