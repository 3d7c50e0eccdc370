"""Sources: what a file mentions, by whatever name."""

import sys
import types
from pathlib import Path
from textwrap import dedent

import pytest

from cqrs_routing.retirement.project import is_own, is_test, module_name, shown
from cqrs_routing.retirement.source import Source

from .shop import permissions, serializers, views

SERIALIZERS = serializers.__name__
ORDER = f"{SERIALIZERS}.OrderSerializer"
PACKAGE = SERIALIZERS.rpartition(".")[0]


@pytest.fixture
def mentions(tmp_path):
    """Who mentions the OrderSerializer in a file of this text that is not loaded."""

    def read(text, module=f"{PACKAGE}.unloaded"):
        file = tmp_path / "unloaded.py"
        file.write_text(dedent(text))
        found = Source(module, str(file)).mentioned.get(ORDER, [])
        return [(mention.by, mention.name, mention.line) for mention in found if mention.kind != "import"]

    return read


@pytest.mark.parametrize(
    ("imported", "name"),
    [
        (f"from {SERIALIZERS} import OrderSerializer", "OrderSerializer"),
        (f"from {SERIALIZERS} import OrderSerializer as Shown", "Shown"),
        ("from .serializers import OrderSerializer", "OrderSerializer"),
        ("from . import serializers", "serializers.OrderSerializer"),
        (f"import {SERIALIZERS} as forms", "forms.OrderSerializer"),
        (f"import {SERIALIZERS}", f"{SERIALIZERS}.OrderSerializer"),
        (f"from {views.__name__} import serializers", "serializers.OrderSerializer"),
    ],
)
def test_a_class_is_found_by_any_name(mentions, imported, name):
    assert mentions(f"{imported}\ndef show():\n    return {name}()") == [("show", name, 3)]


def test_what_stands_in_a_class_is_told_by_class_or_method(mentions):
    text = """
        from .serializers import OrderSerializer

        class View:
            serializer_class = OrderSerializer

            @document(OrderSerializer)
            def get(self):
                def inner():
                    return OrderSerializer()

            class Meta:
                model = OrderSerializer.Meta

        @register(OrderSerializer)
        async def task(): ...

        shown = OrderSerializer()
        """
    assert [(by, line) for by, _, line in mentions(text)] == [
        ("View", 5),
        ("View.get", 7),
        ("View.get", 10),
        ("View", 13),
        ("task", 15),
        ("shown", 18),
    ]


def test_an_import_within_a_function_counts(mentions):
    text = "def show():\n    from .serializers import OrderSerializer\n    return OrderSerializer"
    assert mentions(text) == [("show", "OrderSerializer", 3)]


def test_a_dotted_path_in_a_string_counts(mentions):
    assert mentions(f'SETTING = "{ORDER}"') == [("SETTING", ORDER, 1)]


def test_another_class_of_the_name_does_not(mentions):
    assert mentions("from elsewhere import OrderSerializer\nshown = OrderSerializer()") == []


@pytest.mark.parametrize("text", ["def broken(:", "# coding: nonsense\nx = 1", "x = '\0'"])
def test_a_file_that_is_no_python_mentions_nothing(mentions, text):
    assert mentions(text) == []


def test_a_file_that_is_not_there_mentions_nothing():
    assert Source("gone", "/nowhere/gone.py").mentions == []


def test_a_name_that_a_loaded_module_got_by_a_star_is_found(tmp_path, monkeypatch):
    module, file = types.ModuleType("starred"), tmp_path / "starred.py"
    vars(module).update(vars(serializers))
    file.write_text("from shop.serializers import *\nshown = OrderSerializer()")
    monkeypatch.setitem(sys.modules, "starred", module)
    [mention] = Source("starred", str(file)).mentioned[ORDER]
    assert mention.by == "shown"


def test_a_variable_stands_for_what_it_was_made_of_in_its_module():
    source = Source(views.__name__, views.__file__)
    assert source.definition("report") == f"{views.__name__}.ReportView"
    assert source.definition("OrderViewSet.create") == f"{views.__name__}.OrderViewSet.create"
    assert source.definition("feed") == f"{views.__name__}.feed"


def test_the_project_is_what_is_not_installed():
    assert is_own(permissions.__file__)
    assert not any(
        map(is_own, [pytest.__file__, types.__file__, sys.modules[is_own.__module__].__file__, ""])
    )


@pytest.mark.parametrize(
    ("path", "test"),
    [
        ("shop/test_views.py", True),
        ("shop/tests.py", True),
        ("conftest.py", True),
        ("shop/contest.py", False),
    ],
)
def test_files_of_tests_are_told_by_their_names(path, test):
    assert is_test(path) is test


def test_paths_are_shown_from_the_current_folder():
    assert shown(str(Path.cwd() / "shop" / "views.py"), 3) == "shop/views.py:3"
    assert shown("/elsewhere/views.py") == "/elsewhere/views.py"
    assert module_name("shop.api", "__init__.py") == "shop.api"
