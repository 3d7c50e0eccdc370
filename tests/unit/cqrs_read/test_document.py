"""A renderer that repeats documents: the JSON that DRF would have made of their values."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from cqrs_read.document import Document, DocumentJSONRenderer, is_document

VALUES = [
    [],
    None,
    "text",
    3,
    1.5,
    [{"sku": "A", "price": "9.99", "tags": None, "on": True}] * 3,
    {"quoted": 'a "quote", a \\ and a: colon, a comma'},
    {"umlaut": "Grüße, 日本, \U0001f600"},
    {"lines": "one\u2028two\u2029three\nfour\x1f\x7f"},
    {"<script>": "</script>"},
]


class Spaced(DocumentJSONRenderer):
    compact = False


class Ascii(DocumentJSONRenderer):
    ensure_ascii = True


def plain(renderer: JSONRenderer) -> JSONRenderer:
    """DRF's own with the same settings."""
    made = JSONRenderer()
    made.compact, made.ensure_ascii, made.strict = renderer.compact, renderer.ensure_ascii, renderer.strict
    return made


def compact(value: Any) -> Document:
    return Document(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def page(of: Any) -> dict[str, Any]:
    """An answer with documents at several depths among other values."""
    rows = [{"id": place, "name": "Ä", "lines": of(value)} for place, value in enumerate(VALUES)]
    return {"count": len(rows), "total": Decimal("1.10"), "results": rows, "last": of(VALUES)}


@pytest.mark.parametrize("renderer", [DocumentJSONRenderer(), Ascii()])
def test_the_answer_is_byte_for_byte_what_drf_makes_of_the_values(renderer: DocumentJSONRenderer) -> None:
    assert renderer.render(page(compact)) == plain(renderer).render(page(lambda value: value))


def test_with_spaces_as_well_where_the_document_has_them() -> None:
    spaced = page(lambda value: Document(json.dumps(value, ensure_ascii=False)))
    assert Spaced().render(spaced) == plain(Spaced()).render(page(lambda value: value))


def test_a_document_alone() -> None:
    assert DocumentJSONRenderer().render(compact(VALUES)) == JSONRenderer().render(VALUES)


def test_no_document_and_no_data() -> None:
    assert DocumentJSONRenderer().render({"a": "ü"}) == JSONRenderer().render({"a": "ü"})
    assert DocumentJSONRenderer().render(None) == b""


def test_every_digit_of_a_number_is_kept() -> None:
    digits = "[12345678901234567890.12345678901234567890,1.10]"
    assert DocumentJSONRenderer().render({"n": Document(digits)}) == f'{{"n":{digits}}}'.encode()


@pytest.mark.parametrize("asked", ["application/json; indent=4", "application/json; indent=0"])
def test_indentation_that_the_client_asks_for(asked: str) -> None:
    shown = DocumentJSONRenderer().render(page(compact), asked)
    assert shown == JSONRenderer().render(page(lambda value: value), asked)


@pytest.mark.parametrize("indent", [2, None])
def test_indentation_by_another_renderer(indent: int | None) -> None:
    context = {"indent": indent}
    shown = DocumentJSONRenderer().render(page(compact), None, context)
    assert shown == JSONRenderer().render(page(lambda value: value), None, context)


def test_a_text_that_is_the_mark_itself() -> None:
    of = {"name": "\udfff", "lines": compact([1])}
    assert Ascii().render(of) == plain(Ascii()).render(of | {"lines": [1]})


def test_what_drf_refuses_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        DocumentJSONRenderer().render({"n": float("nan"), "lines": compact([])})


def test_an_encoder_of_the_project_is_asked_for_everything_else() -> None:
    class Encoder(JSONEncoder):
        def default(self, obj: Any) -> Any:
            return "complex" if isinstance(obj, complex) else super().default(obj)

    class Own(DocumentJSONRenderer):
        encoder_class = Encoder

    assert Own().render({"n": 1j, "lines": Document("[1]")}) == b'{"n":"complex","lines":[1]}'


def test_a_field_with_a_decoder_of_its_own_is_no_document() -> None:
    assert is_document(models.JSONField())
    assert not is_document(models.JSONField(decoder=json.JSONDecoder))
    assert not is_document(models.TextField())


def test_a_document_tells_its_text_and_its_value() -> None:
    document = Document('{"a": 1}')
    assert (repr(document), document.parsed()) == ("Document('{\"a\": 1}')", {"a": 1})
