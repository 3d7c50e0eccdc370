"""The shop's legacy views, of every kind."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_page
from django.views.decorators.http import require_http_methods
from rest_framework import mixins, viewsets
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.generics import ListAPIView
from rest_framework.response import Response

from . import serializers
from .permissions import IsClerk, IsMember, IsOwner
from .serializers import NoteSerializer, OrderFormSerializer, OrderSerializer


class OrderViewSet(mixins.ListModelMixin, mixins.UpdateModelMixin, viewsets.GenericViewSet):
    permission_classes = [IsMember | IsOwner]

    def get_serializer_class(self):
        return OrderFormSerializer if self.action == "create" else OrderSerializer

    def create(self, request):
        return self.shown()

    @action(detail=False, methods=["post"], serializer_class=serializers.RefundSerializer)
    def refund(self, request):
        return self.shown()

    @action(detail=False, methods=["get", "post"])
    def notes(self, request):
        return Response(NoteSerializer(many=True).data)

    @action(detail=False, methods=["delete"])
    def clear(self, request):
        return self.notes(request)

    def shown(self):
        return Response()


class ReportBase(ListAPIView):
    permission_classes = [IsClerk]


class ReportView(ReportBase):
    serializer_class = serializers.ReportSerializer


class Both(View):
    def get(self, request):
        return HttpResponse()

    def post(self, request):
        return HttpResponse()


@method_decorator(login_required, name="dispatch")
class Dispatched(View):
    def dispatch(self, request):
        return HttpResponse()


def unmarked(view):
    """A decorator that leaves no trace of what it wraps."""

    def wrapper(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    return wrapper


def plain(request):
    return HttpResponse()


@require_http_methods(["GET", "POST"])
def both(request):
    return HttpResponse()


@api_view(["GET", "HEAD"])
@permission_classes([IsClerk])
def function_api(request):
    return Response(NoteSerializer().data)


class Feed:
    """An object that is called as a view."""

    def __call__(self, request):
        return HttpResponse()

    def method(self, request):
        return HttpResponse()


export = unmarked(plain)
bound = partial(plain, format="csv")
report = cache_page(60)(ReportView.as_view())
feed = Feed()
