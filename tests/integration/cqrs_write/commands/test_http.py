import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from cqrs_write import CommandRejected, execution
from cqrs_write.bus import accept
from cqrs_write.exceptions import ConfigurationError
from cqrs_write.http import CommandView
from cqrs_write.models import LoggedCommand

from .probe.commands import Break, Guarded, Write
from .probe.models import Effect

pytestmark = pytest.mark.django_db


class TextSerializer(serializers.Serializer):
    text = serializers.CharField(max_length=10)


class WriteView(CommandView):
    command_class = Write
    serializer_class = TextSerializer
    permission_classes = [AllowAny]

    def to_body(self, result):
        return {"written": result["text"]}


class BareView(CommandView):
    command_class = Write
    permission_classes = [AllowAny]
    success_status = 200


class GuardedView(CommandView):
    command_class = Guarded
    serializer_class = TextSerializer


class RejectedView(WriteView):
    def to_command(self, request):
        raise CommandRejected("Not today.", detail={"text": ["Not today."]})


@pytest.fixture
def ada():
    return User.objects.create_user("ada")


def post(view, data, user=None, **headers):
    request = APIRequestFactory().post("/probe/", data, format="json", headers=headers)
    force_authenticate(request, user or AnonymousUser())
    return view.as_view()(request)


def test_the_command_runs_inline_and_its_result_is_the_answer(ada):
    answer = post(WriteView, {"text": "inline"}, ada)

    assert (answer.status_code, answer.data) == (201, {"written": "inline"})
    assert Effect.objects.get().actor == ada.pk


def test_what_the_serializer_refuses_is_a_400_with_its_words():
    answer = post(WriteView, {"text": "much too long"})

    assert answer.status_code == 400
    assert list(answer.data) == ["text"]
    assert not Effect.objects.exists()


def test_without_a_serializer_the_data_are_the_fields_of_the_command():
    assert post(BareView, {"text": "bare"}).status_code == 200

    refused = post(BareView, {"text": 3})
    assert refused.status_code == 400
    assert "probe.Write: text" in str(refused.data)


def test_a_rejected_command_is_a_400_with_its_detail():
    answer = post(RejectedView, {"text": "no"})

    assert (answer.status_code, answer.data) == (400, {"text": ["Not today."]})


def test_the_handlers_permission_is_asked_of_the_actor(ada):
    assert post(GuardedView, {"text": "no"}, ada).status_code == 403

    effects, _ = ContentType.objects.get_or_create(app_label="probe", model="effect")
    permission, _ = Permission.objects.get_or_create(content_type=effects, codename="add_effect")
    ada.user_permissions.add(permission)
    allowed = User.objects.get(pk=ada.pk)

    assert post(GuardedView, {"text": "yes"}, allowed).status_code == 201


@pytest.mark.parametrize(
    "prefer", ["respond-async", "Respond-Async", "wait=10, respond-async", "respond-async; x=1"]
)
def test_a_client_that_prefers_so_gets_a_202_and_a_place_to_ask(ada, prefer):
    answer = post(WriteView, {"text": "async"}, ada, prefer=prefer)

    row = LoggedCommand.objects.get()
    assert (answer.status_code, answer.data) == (202, {"id": row.uuid, "state": "accepted"})
    assert answer["Location"] == f"http://testserver{reverse('cqrs_write:command', args=[row.uuid])}"
    assert answer["Preference-Applied"] == "respond-async"
    assert row.actor == str(ada.pk)
    assert not Effect.objects.exists()


def test_without_a_status_resource_nothing_is_accepted_silently(ada, settings):
    settings.ROOT_URLCONF = "legacy_app.urls"

    with pytest.raises(ConfigurationError, match="cqrs_write"):
        post(WriteView, {"text": "async"}, ada, prefer="respond-async")
    assert not LoggedCommand.objects.exists()


def status_for(user, row):
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client.get(reverse("cqrs_write:command", args=[row.uuid]))


@pytest.mark.django_db(transaction=True)
def test_the_status_resource_tells_its_actor_how_it_went(ada):
    row = accept(Write(text="status"), actor=ada)
    before = status_for(ada, row)
    execution.drain("probe", seconds=60)

    answer = status_for(ada, row)

    assert (before.status_code, before.json()["state"], before.json()["result"]) == (200, "accepted", None)
    body = answer.json()
    assert (body["id"], body["name"], body["state"]) == (str(row.uuid), "probe.Write", "done")
    assert (body["attempts"], body["error"]) == (1, "")
    assert body["result"] == {"text": "status", "attempt": 1}
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db(transaction=True)
def test_the_status_resource_shows_the_error_but_not_the_traceback(ada):
    row = accept(Break(text="bad"), actor=ada)
    execution.drain("probe", seconds=60)

    answer = status_for(ada, row)

    assert (answer.json()["state"], answer.json()["error"]) == ("dead", "ValueError: bad broke")
    assert "Traceback" not in answer.content.decode()


def test_it_is_not_there_for_anybody_else(ada):
    row = accept(Write(text="private"), actor=ada)
    of_nobody = accept(Write(text="nobody's"))
    stranger = User.objects.create_user("eve", is_staff=True)

    assert status_for(stranger, row).status_code == 404
    assert status_for(None, row).status_code == 404
    assert status_for(None, of_nobody).status_code == 404
    assert status_for(ada, of_nobody).status_code == 404


def test_staff_with_the_view_permission_see_every_command(ada):
    row = accept(Write(text="private"), actor=ada)
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_loggedcommand"))

    assert status_for(clerk, row).status_code == 200
