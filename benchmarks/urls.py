"""The sample's URLs, and beside them what they are compared with."""

from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.tuned import tuned_order_list
from legacy_app.urls_cqrs import urlpatterns as sample_urlpatterns


class EmptyView(APIView):
    """Authenticates, and answers nothing: what no view on this stack can be faster than."""

    def get(self, request):
        return Response({})


urlpatterns = [
    *sample_urlpatterns,
    path("benchmark/tuned/", tuned_order_list),
    path("benchmark/empty/", EmptyView.as_view()),
]
