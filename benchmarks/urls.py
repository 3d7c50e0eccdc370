"""The sample's URLs, and beside them what they are compared with."""

from django.urls import path

from benchmarks.tuned import tuned_order_list
from benchmarks.workload.views import BareView, EmptyView
from legacy_app.urls_cqrs import urlpatterns as sample_urlpatterns

urlpatterns = [
    *sample_urlpatterns,
    path("benchmark/tuned/", tuned_order_list),
    path("benchmark/empty/", EmptyView.as_view()),
    path("benchmark/bare/", BareView.as_view()),
]
