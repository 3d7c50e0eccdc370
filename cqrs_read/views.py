"""Read views: a read model's rows as the legacy endpoint answers them.

Filters, ordering, pagination, permissions, throttles and renderers are DRF's, set on the class as on any generic
view, so the legacy endpoint's own can be named there. Only the serializer is gone: a row is already what is shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response


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
        """One item of the answer, from the columns of one row."""
        return row
