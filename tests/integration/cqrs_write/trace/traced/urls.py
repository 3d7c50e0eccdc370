from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from cqrs_write import trace
from cqrs_write.bus import accept, dispatch

from .commands import Begin


def begin(request: HttpRequest) -> HttpResponse:
    accept(Begin(), actor=request.user)
    return HttpResponse(status=202)


def begin_here(request: HttpRequest) -> HttpResponse:
    dispatch(Begin(), actor=request.user)
    return HttpResponse(status=201)


def tell(request: HttpRequest) -> JsonResponse:
    return JsonResponse(told())


async def atell(request: HttpRequest) -> JsonResponse:
    return JsonResponse(told())


def fail(request: HttpRequest) -> HttpResponse:
    raise ValueError("failed")


def told() -> dict[str, Any]:
    """What the trace of the request is, as its view sees it."""
    current = trace.current()
    assert current
    return {**current.headers(), "tracestate": current.tracestate}


urlpatterns = [
    path("begin", begin),
    path("begin-here", begin_here),
    path("tell", tell),
    path("atell", atell),
    path("fail", fail),
]
