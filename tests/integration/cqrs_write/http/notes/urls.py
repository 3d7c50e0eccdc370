from django.urls import include, path

from . import views

urlpatterns = [
    path("cqrs/", include("cqrs_write.urls")),
    path("notes/", views.WriteNoteView.as_view(), name="notes"),
    path("legacy/", views.LegacyNoteView.as_view(), name="legacy"),
    path("refused/", views.RefuseNoteView.as_view(), name="refused"),
    path("lost/", views.LoseNoteView.as_view(), name="lost"),
    path("postponed/", views.PostponeNoteView.as_view(), name="postponed"),
    path("slow/", views.SlowNoteView.as_view(), name="slow"),
    path("keyed/", views.KeyRequiredView.as_view(), name="keyed"),
    path("bulk/", views.BulkNoteView.as_view(), name="bulk"),
    path("notes/<int:pk>/", views.ChangeNoteView.as_view(), name="note"),
    path("notes/<int:pk>/conditional/", views.ConditionalNoteView.as_view(), name="conditional"),
]
