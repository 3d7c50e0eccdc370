"""Mistakes of configuration and declaration, by number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning, register

from cqrs_routing.conf import settings
from cqrs_routing.declaration.arguments import reason_not_callable
from cqrs_routing.declaration.endpoint import Endpoint, is_view
from cqrs_routing.declaration.redecoration import lost_decorators
from cqrs_routing.declaration.registry import endpoints, is_sound
from cqrs_routing.declaration.url_names import callbacks_by_view_name, nearest, patterns_by_view_name
from cqrs_routing.exceptions import MalformedEndpoint, MalformedRules

MIDDLEWARE = "cqrs_routing.middleware.RoutingMiddleware"

TAG = "cqrs_routing"


@register(TAG)
def middleware_is_last(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001: the middleware is missing, or others come after it."""
    if list(django_settings.MIDDLEWARE)[-1:] == [MIDDLEWARE]:
        return []
    position = "is not the last" if MIDDLEWARE in django_settings.MIDDLEWARE else "is missing"
    return [
        Error(
            f"{MIDDLEWARE} {position} in MIDDLEWARE: every request is served by legacy.",
            hint="Make it the last entry of MIDDLEWARE, so that no other middleware is skipped.",
            id="cqrs_routing.E001",
        )
    ]


@register(TAG)
def endpoints_have_urls(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E002: an endpoint whose view name no URL pattern has."""
    names = callbacks_by_view_name()
    return [
        Error(
            f"{endpoint.name}: no URL pattern has the view name '{endpoint.route.view_name}'.",
            hint=did_you_mean(endpoint.route.view_name, names),
            id="cqrs_routing.E002",
        )
        for endpoint in sound_endpoints()
        if endpoint.route.view_name not in names
    ]


@register(TAG)
def endpoints_have_one_candidate(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E003: several candidates for one endpoint. None of them is routed."""
    candidates: dict[str, list[str]] = {}
    for endpoint in endpoints.declared:
        candidates.setdefault(endpoint.name, []).append(endpoint.view_path)
    return [
        Error(
            f"{name} is declared {len(views)} times, with the views {', '.join(views)}: legacy serves it.",
            hint="Keep one of the declarations.",
            id="cqrs_routing.E003",
        )
        for name, views in candidates.items()
        if len(views) > 1
    ]


@register(TAG)
def endpoints_are_well_formed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E004: an endpoint that is no method and view name. It is not routed."""
    messages: list[CheckMessage] = []
    for endpoint in endpoints.declared:
        try:
            _ = endpoint.route
        except MalformedEndpoint as error:
            hint = f"Its candidate is {endpoint.view_path}."
            messages.append(Error(str(error), hint=hint, id="cqrs_routing.E004"))
    return messages


@register(TAG)
def candidates_are_views(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E005: a candidate that cannot be called as a view. It is not routed."""
    return [
        Error(
            f"{endpoint.name}: {endpoint.view_path} is no view: legacy serves it.",
            hint="Give view= what an URL pattern takes: a function, or a class's as_view().",
            id="cqrs_routing.E005",
        )
        for endpoint in endpoints.declared
        if not is_view(endpoint.view)
    ]


@register(TAG)
def rules_make_sense(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E006: rules of comparison that make no sense. The endpoint's comparisons come to nothing."""
    messages: list[CheckMessage] = []
    for endpoint in endpoints.declared:
        try:
            endpoint.rules.refuse_malformed()
        except MalformedRules as error:
            hint = "Correct the rules= of its declaration."
            messages.append(Error(f"{endpoint.name}: {error}", hint=hint, id="cqrs_routing.E006"))
    return messages


@register(TAG)
def candidates_take_the_arguments(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E007: a candidate that cannot be called with what its URL gives. It is not let in."""
    patterns = patterns_by_view_name()
    return [
        Error(
            f"{endpoint.name}: {reason}.",
            hint="Give it the parameters of the legacy view.",
            id="cqrs_routing.E007",
        )
        for endpoint in sound_endpoints()
        if (reason := reason_not_callable(endpoint, patterns.get(endpoint.route.view_name, ())))
    ]


@register(TAG)
def settings_make_sense(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E008: percentages of ``CANARY_STEPS`` that are none."""
    wrong = [step for step in settings().canary_steps if not 0 < step <= 100]
    return [
        Error(
            f"CQRS_ROUTING['CANARY_STEPS'] has {step}, which is no share of the clients.",
            hint="Give percentages above 0 and up to 100, such as (5, 25).",
            id="cqrs_routing.E008",
        )
        for step in wrong
    ]


@register(TAG)
def candidates_keep_decorators(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W001: decorators of the legacy view that its candidate lacks, and that cannot be put around it."""
    callbacks = callbacks_by_view_name()
    return [
        Warning(
            f"{endpoint.name}: the legacy view is decorated with {', '.join(lost)}; the candidate is not.",
            hint=f"Decorate {endpoint.view_path} too, or make sure that it does the same by itself.",
            id="cqrs_routing.W001",
        )
        for endpoint in sound_endpoints()
        if (lost := lost_by(endpoint, callbacks.get(endpoint.route.view_name, [])))
    ]


def sound_endpoints() -> Iterator[Endpoint]:
    return filter(is_sound, endpoints.declared)


def lost_by(endpoint: Endpoint, legacy_views: Sequence[Any]) -> list[str]:
    """The decorators of any of the views that share the name."""
    lost = [name for view in legacy_views for name in lost_decorators(endpoint.view, view)]
    return list(dict.fromkeys(lost))


def did_you_mean(view_name: str, names: dict[str, list[Any]]) -> str:
    if near := nearest(view_name, names):
        return f"The nearest names are: {', '.join(near)}."
    return "A view name is that of path(…, name=…) with its namespaces before it, as in 'orders:order-list'."
