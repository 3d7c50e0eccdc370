"""The command view: one request, one command."""

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from rest_framework.test import APIRequestFactory, force_authenticate

from cqrs_write.exceptions import ConfigurationError
from cqrs_write.models import LoggedCommand

from .notes.models import Note
from .notes.views import GuardedNoteView, LegacyNoteView, WriteNoteView

pytestmark = pytest.mark.django_db


def post(view, body, user=None, **headers):
    request = APIRequestFactory().post("/somewhere/", body, format="json", headers=headers)
    force_authenticate(request, user or AnonymousUser())
    return view.as_view()(request)


def test_the_command_is_executed_at_once_and_its_result_is_the_answer(ada):
    answer = post(WriteNoteView, {"text": "inline"}, ada)

    note = Note.objects.get()
    assert (answer.status_code, answer.data) == (201, {"id": note.pk, "text": "inline", "version": 1})
    assert note.actor == ada.pk


def test_or_what_the_view_makes_of_it(ada):
    assert post(LegacyNoteView, {"text": "inline"}, ada).data == {"written": "inline"}


def test_what_the_serializer_refuses_is_a_400_with_its_words():
    answer = post(LegacyNoteView, {"text": "much too long"})

    assert answer.status_code == 400
    assert list(answer.data) == ["text"]
    assert not Note.objects.exists()


def test_the_handlers_permission_is_asked_of_the_actor(ada):
    assert post(GuardedNoteView, {"text": "no"}, ada).status_code == 403

    notes, _ = ContentType.objects.get_or_create(app_label="notes", model="note")
    permission, _ = Permission.objects.get_or_create(content_type=notes, codename="add_note")
    ada.user_permissions.add(permission)

    assert post(GuardedNoteView, {"text": "yes"}, User.objects.get(pk=ada.pk)).status_code == 201


def test_where_nobody_is_no_user_at_all_he_has_no_permission(settings):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "UNAUTHENTICATED_USER": None}
    request = APIRequestFactory().post("/somewhere/", {"text": "no"}, format="json")

    assert GuardedNoteView.as_view()(request).status_code in (401, 403)


@pytest.mark.parametrize(
    "prefer", ["respond-async", "Respond-Async", "wait=10, respond-async", "respond-async; x=1"]
)
def test_a_client_that_prefers_so_gets_a_202_and_a_place_to_ask(ada, prefer):
    answer = post(WriteNoteView, {"text": "async"}, ada, prefer=prefer)

    row = LoggedCommand.objects.get()
    assert (answer.status_code, answer.data) == (202, {"id": row.uuid, "state": "accepted"})
    assert answer["Location"] == f"http://testserver{reverse('cqrs_write:command', args=[row.uuid])}"
    assert answer["Preference-Applied"] == "respond-async"
    assert row.actor == str(ada.pk)
    assert not Note.objects.exists()


def test_without_a_status_resource_nothing_is_accepted_silently(ada, settings):
    settings.ROOT_URLCONF = "legacy_app.urls"

    with pytest.raises(ConfigurationError, match="cqrs_write"):
        post(WriteNoteView, {"text": "async"}, ada, prefer="respond-async")
    assert not LoggedCommand.objects.exists()
