"""Views that tell what they see of their request, in pairs: the candidate, and the legacy view it stands in for."""

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import FileResponse, Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import get_language, gettext
from django.views import View
from rest_framework import permissions, serializers, throttling, viewsets
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.response import Response


def seen(request, *args, **kwargs):
    """What the URL was resolved to, the language, the user, and what came with the request."""
    match = request.resolver_match
    return {
        "args": args,
        "kwargs": {name: str(value) for name, value in kwargs.items()},
        "route": match.route,
        "url_name": match.url_name,
        "namespaces": match.namespaces,
        "app_names": match.app_names,
        "captured": str(match.captured_kwargs),
        "extra": str(match.extra_kwargs),
        "language": get_language(),
        "translated": gettext("Yes"),
        "user": str(request.user),
        "query": request.GET.dict(),
        "posted": request.POST.dict(),
        "files": {name: file.read().decode() for name, file in request.FILES.items()},
    }


def tells(request, *args, **kwargs):
    return JsonResponse(seen(request, *args, **kwargs))


async def tells_async(request, *args, **kwargs):
    await request.auser()
    return JsonResponse(seen(request, *args, **kwargs))


class Tells(View):
    """Neither ``head`` nor ``delete`` is there: Django does the one, and refuses the other."""

    def get(self, request, *args, **kwargs):
        return tells(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        return tells(request, *args, **kwargs)


class TellsAsync(View):
    async def get(self, request, *args, **kwargs):
        return await tells_async(request, *args, **kwargs)


def counts_visits(request):
    request.session["visits"] = request.session.get("visits", 0) + 1
    messages.info(request, "again")
    response = JsonResponse(
        {"visits": request.session["visits"], "told": len(messages.get_messages(request))}
    )
    response.set_signed_cookie("last", "here", max_age=60, httponly=True, samesite="Strict")
    return response


def raises(error):
    def view(request):
        raise error

    return view


async def raises_missing_async(request):
    raise Http404("not here")


def streams_file(request):
    return FileResponse([b"one ", b"two"], filename="parts.txt", as_attachment=True)


async def streams_async(request):
    async def parts():
        yield "one "
        yield "two"

    return StreamingHttpResponse(parts(), content_type="text/plain")


def stale(request):
    return HttpResponse("the same", headers={"ETag": '"fixed"', "Cache-Control": "no-store"})


class TwoAMinute(throttling.SimpleRateThrottle):
    rate = "2/min"

    def get_cache_key(self, request, view):
        return "everybody"


@api_view(["GET", "POST"])
def api_function(request):
    return Response({"data": request.data, "user": str(request.user)})


@api_view(["GET"])
@permission_classes([permissions.IsAdminUser])
def api_for_staff(request):
    return Response({"user": str(request.user)})


class Shelf(viewsets.ViewSet):
    """A viewset with actions of its own, which everybody may see and only those who are known may change."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [permissions.IsAuthenticatedOrReadOnly]

    def list(self, request, **kwargs):
        return Response({"action": self.action, "basename": self.basename, "detail": self.detail})

    def create(self, request, **kwargs):
        return Response({"action": self.action, "user": str(request.user)}, status=201)

    def retrieve(self, request, pk=None, **kwargs):
        if pk == "0":
            raise Http404
        return Response({"action": self.action, "pk": pk})

    @action(detail=True, methods=["get", "post"], url_path="turn-over")
    def turn(self, request, pk=None, **kwargs):
        if request.method == "POST":
            raise serializers.ValidationError({"pk": ["Too heavy."]})
        return Response({"action": self.action, "pk": pk})

    @action(detail=False, throttle_classes=[TwoAMinute])
    def busy(self, request, **kwargs):
        return Response({"action": self.action})


CANDIDATES = {
    "tells": tells,
    "tells_async": tells_async,
    "class": Tells.as_view(),
    "class_async": TellsAsync.as_view(),
    "visits": counts_visits,
    "missing": raises(Http404("not here")),
    "missing_async": raises_missing_async,
    "refused": raises(PermissionDenied("not you")),
    "bad": raises(BadRequest("what?")),
    "suspicious": raises(SuspiciousOperation("hm")),
    "broken": raises(ZeroDivisionError("oh")),
    "file": streams_file,
    "stream_async": streams_async,
    "stale": stale,
    "api": api_function,
    "staff": api_for_staff,
}
"""The candidates by name; each is mounted in every way."""


def legacy(request, *args, **kwargs):
    return JsonResponse({"side": "legacy"})


def legacy_of(name):
    """A view of the same kind: its csrf mark is the one that counts, and its name the one in breadcrumbs."""
    candidate = CANDIDATES[name]
    if not hasattr(candidate, "cls"):
        return legacy

    def view(request):
        return Response({"side": "legacy"})

    view.__name__ = candidate.cls.__name__
    return api_view(["GET", "POST"])(view)


class LegacyClass(View):
    def get(self, request, *args, **kwargs):
        return legacy(request)


class LegacyShelf(viewsets.ViewSet):
    """The shelf as it was: the same actions, and nothing behind them."""

    def list(self, request, **kwargs):
        return Response({"side": "legacy"})

    create = retrieve = list

    @action(detail=True, methods=["get", "post"], url_path="turn-over")
    def turn(self, request, **kwargs):
        return Response({"side": "legacy"})

    @action(detail=False)
    def busy(self, request, **kwargs):
        return Response({"side": "legacy"})
