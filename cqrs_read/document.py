"""A document: the text of a JSON column, which the answer repeats as the database gave it.

Of the time that a page of JSON columns takes in Python, most goes into parsing them only to write them again. A
:class:`DocumentJSONRenderer` writes everything else, and puts the documents' own text where they stand. It is the
same JSON in the database's spelling: PostgreSQL puts a space behind ``:`` and ``,``, orders the keys of an object
by their length, and keeps every digit of a number.
"""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import JSONField, QuerySet
from django.db.models.expressions import Col
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

MARK = "\udfff"
"""Stands for a document while the rest is written: half a surrogate pair, which no database stores."""

COMPACT, SPACED = (",", ":"), (", ", ": ")
NOT_ASCII = re.compile(r"[^\x00-\x7e]+")
"""What Python's encoder escapes where only ASCII is wanted, the controls aside, which every JSON text escapes."""


class Document:
    """The value of a JSON column as text, not parsed."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Document({self.text!r})"

    def parsed(self) -> Any:
        """The value as Python has it."""
        return json.loads(self.text)


class DocumentCol(Col):
    """A selected JSON column, whose text becomes a Document where Django would parse it."""

    def get_db_converters(self, connection: Any) -> Any:
        return [_document]


def with_documents(rows: QuerySet[Any, Any], names: Collection[str]) -> QuerySet[Any, Any]:
    """``rows``, a queryset after ``values()``, in which the JSON fields ``names`` are documents.

    The SQL stays as it is: text is what Django has from either database. To cast and rename it by public means
    costs a short page more than it gains.
    """
    rows = rows.all()
    rows.query.select = tuple(
        DocumentCol(column.alias, column.target, column.output_field)
        if isinstance(column, Col) and column.target.model is rows.model and column.target.name in names
        else column
        for column in rows.query.select
    )
    return rows


def is_document(field: Any) -> bool:
    """Whether ``field`` may be served unparsed: a decoder of its own would make something else of the text."""
    return isinstance(field, JSONField) and field.decoder is None


def _document(value: str | None, expression: Any, connection: Any) -> Document | None:
    return None if value is None else Document(value)


class DocumentEncoder(JSONEncoder):
    """DRF's encoder, which parses documents where they cannot stay as they are."""

    def default(self, obj: Any) -> Any:
        return obj.parsed() if isinstance(obj, Document) else super().default(obj)


class DocumentJSONRenderer(JSONRenderer):
    """DRF's JSON renderer, with its settings, which leaves documents unparsed unless the client wants indentation."""

    encoder_class = DocumentEncoder

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is not None and self.get_indent(accepted_media_type or "", renderer_context or {}) is None:
            text, documents = self._written(data)
            pieces = text.split(json.dumps(MARK, ensure_ascii=self.ensure_ascii))
            # Otherwise some other text is the mark.
            if len(pieces) == len(documents) + 1:
                return self._joined(pieces, documents).encode()
        rendered: bytes = super().render(data, accepted_media_type, renderer_context)
        return rendered

    def _written(self, data: Any) -> tuple[str, list[Document]]:
        """``data`` as JSON with a mark in the place of each document, and the documents in their order."""
        documents: list[Document] = []
        encoder: Any = self.encoder_class(
            ensure_ascii=self.ensure_ascii,
            allow_nan=not self.strict,
            separators=COMPACT if self.compact else SPACED,
        )
        other = encoder.default

        def default(value: Any) -> Any:
            if not isinstance(value, Document):
                return other(value)
            documents.append(value)
            return MARK

        encoder.default = default
        return encoder.encode(data), documents

    def _joined(self, pieces: list[str], documents: list[Document]) -> str:
        parts = [pieces[0]]
        for document, piece in zip(documents, pieces[1:], strict=True):
            parts += self._spelled(document), piece
        # JavaScript takes these for ends of lines; DRF escapes them too.
        return "".join(parts).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")

    def _spelled(self, document: Document) -> str:
        return NOT_ASCII.sub(_escaped, document.text) if self.ensure_ascii else document.text


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
