"""Read views: a read model's rows as the legacy endpoint answers them.

Filters, ordering, pagination, permissions, throttles and renderers are DRF's, set on the class as on any generic
view, so the legacy endpoint's own can be named there. Only the serializer is gone: a row is already what is shown.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Model
from django.http import Http404
from rest_framework import mixins
from rest_framework.fields import DateTimeField, DurationField
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ModelSerializer
from rest_framework.settings import api_settings
from rest_framework.viewsets import GenericViewSet

from cqrs_read.declaration.source import source_of
from cqrs_read.document import DocumentJSONRenderer, is_document, with_documents


class ReadModelMixin(GenericAPIView):  # type: ignore[type-arg]  # no brackets at run time
    """What the read views share. Set ``queryset`` as on any generic view.

    Attributes:
        fields: the columns that :meth:`represent` needs; empty for all.
        documents: the JSON columns among them that are served as the database's own text where the client takes
            plain JSON, see :mod:`cqrs_read.document`; None for all. Give ``()`` where :meth:`represent` looks
            into them.
        serializer_class: describes the answer in the OpenAPI schema, and does nothing else; by default the columns.
    """

    http_method_names = ["get", "head", "options"]
    fields: Sequence[str] = ()
    documents: Sequence[str] | None = None

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        rows = self.filter_queryset(self.get_queryset()).values(*self.get_columns())
        rows = with_documents(rows, self.get_documents())
        page = self.paginate_queryset(rows)
        items = [self.represent(row) for row in (rows if page is None else page)]
        return Response(items) if page is None else self.get_paginated_response(items)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.represent(self.row_of(self.get_object())))

    def get_object(self) -> Any:
        """The read model's row that the URL names, its documents unparsed where :meth:`list` would have them so.

        Raises:
            Http404: in the words of the legacy endpoint, which looks for the source.
            PermissionDenied: by an object permission, see :meth:`object_for_permissions`.
        """
        queryset = self.filter_queryset(self.get_queryset())
        columns = [field.attname for field in queryset.model._meta.concrete_fields]
        names = dict.fromkeys([*columns, *self.get_columns()])
        rows = with_documents(queryset.values(*names), self.get_documents())
        value = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        try:
            row = get_object_or_404(rows, **{self.lookup_field: value})
        except Http404 as error:
            source = source_of(queryset.model)._meta.object_name
            raise Http404(*(f"No {source} matches the given query." for _ in error.args)) from None
        found = queryset.model.from_db(queryset.db, columns, [row[column] for column in columns])
        vars(found).update(row)
        self.check_object_permissions(self.request, self.object_for_permissions(found))
        return found

    def object_for_permissions(self, found: Any) -> Any:
        """What object permissions are asked about: the read model's row.

        Override it where the legacy endpoint's own look for what a row has under another name.
        """
        return found

    def row_of(self, found: Any) -> Mapping[str, Any]:
        """What :meth:`represent` takes, from a row that :meth:`get_object` has found."""
        values = vars(found)
        return {name: values[name] if name in values else getattr(found, name) for name in self.get_columns()}

    def represent(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """One item of the answer, from the columns of one row; by default these, as a serializer shows them."""
        return {name: shown(value) for name, value in row.items()}

    def get_columns(self) -> Sequence[str]:
        return self.fields or [field.attname for field in self._model()._meta.concrete_fields]

    def get_documents(self) -> frozenset[str]:
        """The columns to be served unparsed in the answer to this request."""
        if not isinstance(self.request.accepted_renderer, DocumentJSONRenderer):
            return frozenset()
        if self.documents is not None:
            return frozenset(self.documents)
        json = {field.name for field in self._model()._meta.concrete_fields if is_document(field)}
        return frozenset(self.get_columns()) & json

    def get_renderers(self) -> Any:
        """The class's own; for DRF's JSON renderer the one that knows documents."""
        return [
            DocumentJSONRenderer() if type(renderer) is JSONRenderer else renderer
            for renderer in super().get_renderers()
        ]

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        return self.serializer_class or serializer_of(type(self), self._model(), tuple(self.get_columns()))

    def _model(self) -> Any:
        declared = getattr(self, "queryset", None)
        return (self.get_queryset() if declared is None else declared).model


class ReadModelListView(ReadModelMixin, mixins.ListModelMixin):
    """A list endpoint over a read model."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)


class ReadModelDetailView(ReadModelMixin, mixins.RetrieveModelMixin):
    """The endpoint of one row of a read model; ``lookup_field`` and ``lookup_url_kwarg`` are DRF's."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.retrieve(request, *args, **kwargs)


class ReadModelViewSet(ReadModelMixin, GenericViewSet):  # type: ignore[type-arg]  # no brackets at run time
    """List and detail of a read model, and extra actions that only read."""


@cache
def serializer_of(view: type, model: type[Model], columns: tuple[str, ...]) -> type[BaseSerializer[Any]]:
    """A serializer that describes ``columns``, called after the view: others may show more or fewer."""
    meta = type("Meta", (), {"model": model, "fields": columns})
    return type(f"{view.__name__}Serializer", (ModelSerializer,), {"Meta": meta})


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
