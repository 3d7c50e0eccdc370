"""Candidates of every kind, and the legacy view that they stand in for."""

from collections.abc import Callable

from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView


class Handled(Exception):
    """An error that the middleware of the test answers."""


def depth():
    """How many transactions and savepoints the view runs in."""
    return len(connection.savepoint_ids)


def legacy(request, **kwargs):
    return JsonResponse({"side": "legacy", "method": request.method})


def ok(request, key="none"):
    response = JsonResponse(
        {"key": key, "depth": depth(), "user": str(request.user), "body": request.body.decode()}
    )
    response.set_cookie("seen", "yes")
    return response


async def ok_async(request, key="none"):
    user = await request.auser()
    return JsonResponse({"key": key, "depth": await sync_to_async(depth)(), "user": str(user)}, status=202)


class ClassView(View):
    def get(self, request, key="none"):
        return JsonResponse({"key": key, "depth": depth()})


class AsyncClassView(View):
    async def get(self, request, key="none"):
        return JsonResponse({"key": key})


@transaction.non_atomic_requests
def not_atomic(request):
    return JsonResponse({"depth": depth()})


def writes(request):
    Group.objects.create(name="written")
    return HttpResponse(str(depth()), status=201)


def writes_then_fails(request):
    Group.objects.create(name="written")
    raise ValueError("after the write")


def fails(request):
    raise ValueError("the view failed")


async def fails_async(request):
    raise ValueError("the view failed")


def fails_handled(request):
    Group.objects.create(name="written")
    raise Handled("answered by a middleware")


async def fails_handled_async(request):
    raise Handled("answered by a middleware")


def missing(request):
    raise Http404("no such order")


async def missing_async(request):
    raise Http404("no such order")


def forbidden(request):
    raise PermissionDenied


def moves(request):
    return HttpResponseRedirect("/elsewhere/")


def returns_nothing(request):
    Group.objects.create(name="written")


async def returns_nothing_async(request):
    return None


def returns_coroutine(request):
    coroutine = ok_async(request)
    coroutine.close()
    return coroutine


def template(request):
    return SimpleTemplateResponse(engines["django"].from_string("Hello {{ name }}"), {"name": "view"})


async def template_async(request):
    return SimpleTemplateResponse(engines["django"].from_string("Hello {{ name }}"), {"name": "view"})


def template_fails(request):
    return SimpleTemplateResponse(engines["django"].from_string("{{ bad }}"), {"bad": Unprintable()})


class Unprintable:
    def __str__(self):
        raise Handled("while it was rendered")


def streams(request):
    return StreamingHttpResponse(["one ", "two"])


exempt = csrf_exempt(ok)


class API(APIView):
    """A DRF view, whose errors roll ATOMIC_REQUESTS back without an exception."""

    def get(self, request):
        return Response({"depth": depth(), "user": str(request.user)})

    def post(self, request):
        Group.objects.create(name="written")
        raise ValidationError({"sku": "unknown"})


VIEWS: dict[str, Callable] = {
    "ok": ok,
    "ok_async": ok_async,
    "class": ClassView.as_view(),
    "class_async": AsyncClassView.as_view(),
    "not_atomic": not_atomic,
    "writes": writes,
    "writes_then_fails": writes_then_fails,
    "fails": fails,
    "fails_async": fails_async,
    "fails_handled": fails_handled,
    "fails_handled_async": fails_handled_async,
    "missing": missing,
    "missing_async": missing_async,
    "forbidden": forbidden,
    "moves": moves,
    "returns_nothing": returns_nothing,
    "returns_nothing_async": returns_nothing_async,
    "returns_coroutine": returns_coroutine,
    "template": template,
    "template_async": template_async,
    "template_fails": template_fails,
    "streams": streams,
    "exempt": exempt,
    "api": API.as_view(),
}
"""The candidates by name."""
