"""Origins: what somebody wrote, whatever was wrapped around it."""

from pathlib import Path

import pytest
from django.contrib.auth.decorators import login_required
from django.utils.functional import SimpleLazyObject
from django.views.decorators.csrf import csrf_exempt

from cqrs_routing.retirement.origin import file_of, identity_of, line_of, origin_of, view_origin

from .shop import views

SHOP = views.__name__


@pytest.mark.parametrize(
    ("view", "written"),
    [
        (views.plain, "plain"),
        (login_required(views.plain), "plain"),
        (views.export, "plain"),
        (views.bound, "plain"),
        (views.both, "both"),
        (views.Both.as_view(), "Both"),
        (views.Dispatched.as_view(), "Dispatched"),
        (views.report, "ReportView"),
        (views.unmarked(views.report), "ReportView"),
        (views.OrderViewSet.as_view({"get": "list"}), "OrderViewSet"),
        (views.function_api, "function_api"),
        (csrf_exempt(views.function_api), "function_api"),
        (views.feed.method, "Feed.method"),
        (views.Feed, "Feed"),
    ],
)
def test_the_origin_is_what_was_written(view, written):
    assert identity_of(view) == f"{SHOP}.{written}"


def test_a_view_that_is_an_object_comes_from_its_class():
    assert origin_of(views.feed) is None
    assert view_origin(views.feed) is views.Feed


def test_a_view_made_by_a_function_of_other_functions_is_its_own_origin():
    def listing(show):
        def view(request):
            return show()

        return view

    view = listing(lambda: None)
    assert origin_of(view) is view


def test_functions_that_close_over_each_other_are_their_own_origin():
    def even(number):
        return number == 0 or odd(number - 1)

    def odd(number):
        return number != 0 and even(number - 1)

    def itself(number):
        return number and itself(number - 1)

    assert [origin_of(one) for one in (even, odd, itself)] == [even, odd, itself]


def test_a_lazy_object_is_not_evaluated():
    def evaluate():
        raise AssertionError("evaluated")

    assert identity_of(SimpleLazyObject(evaluate)) == ""


def test_it_is_known_where_an_origin_is_written():
    lines = Path(views.__file__).read_text().splitlines()
    assert file_of(views.Both) == views.__file__
    assert lines[line_of(views.Both) - 1] == "class Both(View):"
    assert (file_of(int), line_of(int)) == ("", 0)
