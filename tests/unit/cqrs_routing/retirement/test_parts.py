"""Parts: what goes with an endpoint, and what is held by whom."""

from pathlib import Path

import pytest

from cqrs_routing.declaration.endpoint import Endpoint, Route, parse
from cqrs_routing.exceptions import RoutingError
from cqrs_routing.retirement.caution import hindrances, view_cautions
from cqrs_routing.retirement.legacy import legacy_views
from cqrs_routing.retirement.parts import parts_of
from cqrs_routing.retirement.pattern import patterns_of, reversals, url_tags
from cqrs_routing.retirement.use import Uses
from cqrs_routing.testing import only_endpoints_declared_here

from .shop import candidates, urls, views

SHOP = views.__name__.rpartition(".")[0]
ORDERS = [f"{method} shop:order-list" for method in ("GET", "POST")]
ACTIONS = [
    "POST shop:order-refund",
    "GET shop:order-notes",
    "POST shop:order-notes",
    "DELETE shop:order-clear",
]
DETAIL = [f"{method} shop:order-detail" for method in ("PUT", "PATCH")]


@pytest.fixture(autouse=True)
def project(settings):
    settings.ROOT_URLCONF = urls.__name__
    with only_endpoints_declared_here() as endpoints:
        yield endpoints


def named(*names):
    """Need of legacy for every route but these."""
    routes = set(map(parse, names))
    return lambda route: "" if Route(*route) in routes else "in legacy"


class Report:
    """What is known of retiring the first endpoint, the others being ready."""

    def __init__(self, *names, view=candidates.order_list_view):
        need, uses = named(*names), Uses()
        self.endpoint = Endpoint(name=names[0], view=view, kind="read")
        self.views = legacy_views(self.endpoint, need)
        self.parts = parts_of(self.views, self.endpoint.route, uses)
        self.need, self.uses = need, uses

    @property
    def goes(self):
        return {short(part.path) for part in self.parts if part.goes}

    @property
    def held(self):
        """By part, what needs or uses it."""
        return {
            short(part.path): [*part.needed_for, *(f"{short(use.module)}: {use.by}" for use in part.used_by)]
            for part in self.parts
            if not part.goes
        }

    @property
    def hindrances(self):
        return list(hindrances(self.views, self.endpoint))

    @property
    def cautions(self):
        return list(view_cautions(self.views, self.endpoint))


def short(path):
    return path.removeprefix(f"{SHOP}.")


def test_a_class_goes_with_what_only_it_uses_nested_and_inherited():
    report = Report("GET shop:report")
    assert {"views.ReportView", "views.ReportBase", "serializers.ReportSerializer"} == report.goes
    assert report.held == {"permissions.IsClerk": ["views: function_api"]}


def test_what_tests_alone_use_goes_and_the_tests_are_named():
    [part] = [part for part in Report("GET shop:report").parts if part.path == f"{SHOP}.views.ReportView"]
    assert part.goes
    assert {use.module.rpartition(".")[2] for use in part.tested_by} >= {"test_origin", "test_handlers"}


def test_a_function_goes_through_its_decorators(project):
    project.read("GET shop:export", view=candidates.order_list_view)
    assert Report("GET shop:function").goes == {"views.function_api"}
    assert Report("GET shop:export").goes == {"views.plain"}


def test_a_function_stays_whole_while_one_of_its_methods_is_needed():
    report = Report("GET shop:both-function")
    assert report.held == {"views.both": ["POST shop:both-function: in legacy"]}
    assert report.hindrances == [f"{SHOP}.views.both is also needed for POST shop:both-function: in legacy"]
    assert Report("GET shop:both-function", "POST shop:both-function").goes == {"views.both"}


def test_a_subclass_holds_what_it_inherits():
    assert Report("GET shop:both").held == {
        "views.Both": ["POST shop:both: in legacy", "candidates: BothAgain"],
        "views.Both.get": ["candidates: BothAgain"],
    }
    assert Report("GET shop:both", "POST shop:both").held == {"views.Both": ["candidates: BothAgain"]}


class TestViewSet:
    def test_an_action_goes_by_itself(self):
        report = Report("POST shop:order-refund")
        assert report.goes == {"views.OrderViewSet.refund", "serializers.RefundSerializer"}
        others = [*ORDERS, *ACTIONS[1:], *DETAIL]
        assert set(report.held["views.OrderViewSet"]) == {f"{name}: in legacy" for name in others}
        assert report.held["permissions.IsMember"] == ["views: OrderViewSet"]

    def test_the_class_says_what_it_uses_for_an_action(self):
        held = Report("POST shop:order-list").held
        assert held["serializers.OrderFormSerializer"] == ["views: OrderViewSet.get_serializer_class"]
        assert "serializers.OrderSerializer" not in held

    def test_an_inherited_action_names_the_base(self):
        report = Report("GET shop:order-list")
        [action] = [part for part in report.parts if part.kind == "action"]
        assert (action.path, action.goes) == (f"{SHOP}.views.OrderViewSet.list", True)
        assert action.note.startswith("inherited from rest_framework.mixins.ListModelMixin")

    def test_an_action_of_two_methods_stays_for_the_other_one(self):
        report = Report("GET shop:order-notes", "DELETE shop:order-clear")
        needed = "POST shop:order-notes: in legacy"
        assert report.held["views.OrderViewSet.notes"] == [needed, "views: OrderViewSet.clear"]
        assert report.hindrances == [f"{SHOP}.views.OrderViewSet.notes is also needed for {needed}"]

    def test_an_action_stays_for_another_one_that_calls_it(self):
        put = Report("PUT shop:order-detail")
        assert put.held["views.OrderViewSet.update"] == ["PATCH shop:order-detail: in legacy"]
        assert "views.OrderViewSet.partial_update" in Report("PATCH shop:order-detail").goes

    def test_all_of_it_goes_with_its_last_route(self):
        report = Report(*ORDERS, *ACTIONS, *DETAIL)
        assert report.goes == {
            "views.OrderViewSet",
            "permissions.IsMember",
            "permissions.IsOwner",
            "serializers.OrderSerializer",
            "serializers.OrderFormSerializer",
            "serializers.RefundSerializer",
        }
        assert report.held == {
            "serializers.NoteSerializer": ["views: function_api"],
            "serializers.LineSerializer": ["candidates: OrderList.get"],
        }


class TestPattern:
    def test_every_pattern_of_the_name_is_told_with_its_place(self, project):
        project.read("GET shop:report", view=candidates.order_list_view)
        report = Report("GET shop:report")
        [view] = report.views
        patterns = list(patterns_of(view, report.endpoint, report.need, report.uses))
        assert [(one.name, one.route, one.goes) for one in patterns] == [
            ("shop:report", "shop/report/", True),
            ("shop:report", "shop/report.csv", True),
        ]
        assert patterns[0].leads_to == (f"GET: {SHOP}.candidates.OrderList",)
        places = list(map(line_at, patterns[0].where))
        assert all("views.report" in line for line in places)

    def test_a_router_is_the_place_of_its_patterns(self, project):
        project.write("POST shop:order-list", view=candidates.order_list_view)
        report = Report("POST shop:order-list")
        [view] = report.views
        [one] = patterns_of(view, report.endpoint, report.need, report.uses)
        assert (one.urlconf, one.goes) == (urls.__name__, False)
        assert one.needed_for == ("GET shop:order-list: in legacy",)
        assert line_at(one.where[0]).startswith("router.register(")

    def test_reversals_of_its_name_are_found_in_code(self):
        [place] = [place for place in reversals("shop:order-list", Uses()) if "candidates" in place]
        assert place.partition(":")[0].endswith("shop/candidates.py")

    def test_reversals_of_its_name_are_found_in_templates(self):
        template = """
            <a href="{% url 'shop:order-list' %}">{%url "shop:order-list" page=2%}</a>
            {% url 'shop:order-list-of' %} {% url name %} shop:order-list
            """
        assert list(url_tags(template, "shop:order-list")) == [2, 2]


def line_at(place):
    path, _, number = place.rpartition(":")
    return Path(path).read_text().splitlines()[int(number) - 1]


def test_a_view_of_an_installed_package_cannot_be_deleted():
    report = Report("GET login")
    assert (report.parts, len(report.cautions)) == ([], 1)
    assert report.cautions[0].startswith("django.contrib.auth.views.LoginView is of an installed package")


@pytest.mark.parametrize("name", ["GET shop:export", "GET shop:dispatched"])
def test_a_view_whose_methods_are_not_known_is_a_matter_for_people(project, name):
    project.read(name, view=candidates.order_list_view)
    assert "make sure that no other is used" in Report(name).cautions[0]


def test_a_method_that_legacy_does_not_answer_takes_nothing_along():
    report = Report("DELETE shop:both")
    assert report.parts == []
    assert report.cautions == [f"{SHOP}.views.Both does not answer DELETE"]


@pytest.mark.parametrize(
    ("name", "view", "complaint"),
    [
        ("GET shop:nothing", candidates.order_list_view, "no URL pattern has the view name 'shop:nothing'"),
        ("GET shop:report", views.report, "its URL pattern leads to"),
    ],
)
def test_where_no_legacy_view_is_left_that_is_said(name, view, complaint):
    with pytest.raises(RoutingError, match=complaint):
        Report(name, view=view)
