"""Mail that nobody gets."""

import pytest
from django.core import mail
from django.core.mail import (
    EmailMessage,
    EmailMultiAlternatives,
    get_connection,
    mail_admins,
    send_mail,
    send_mass_mail,
)
from django.core.mail.backends.base import BaseEmailBackend

from .keeping import found, kept_in

TO_ONE = ("Hello", "Text", "from@example.com", ["a@example.com"])
TO_TWO = ("Hello all", "Text", "from@example.com", ["a@example.com", "b@example.com"])


def test_a_mail_counts_as_sent_and_is_not():
    with kept_in() as recorded:
        assert send_mail(*TO_TWO) == 1
    assert mail.outbox == []
    assert found(recorded) == [("mail", "2 recipients: Hello all")]


def test_copies_are_recipients():
    message = EmailMessage("Hello", to=["a@example.com"], cc=["b@example.com"], bcc=["c@example.com"])
    with kept_in() as recorded:
        assert message.send() == 1
    assert found(recorded) == [("mail", "3 recipients: Hello")]


def test_a_mail_to_nobody_is_no_effect():
    with kept_in() as recorded:
        assert EmailMessage("Hello").send() == 0
        assert get_connection().send_messages([EmailMessage("Hello")]) == 0
    assert not recorded.effects


def test_many_at_once_are_one_effect_each():
    with kept_in() as recorded:
        assert send_mass_mail([TO_ONE, TO_TWO]) == 2
    assert mail.outbox == []
    assert found(recorded) == [("mail", "1 recipient: Hello"), ("mail", "2 recipients: Hello all")]


def test_administrators_get_none(settings):
    settings.ADMINS = [("Ann", "ann@example.com")]
    with kept_in() as recorded:
        mail_admins("Down", "Everything")
    assert mail.outbox == []
    assert [kind for kind, _ in found(recorded)] == ["mail"]


@pytest.mark.parametrize("backend", ["smtp", "console", "locmem", "filebased"])
def test_whatever_the_backend(backend, tmp_path, capsys):
    options = {"file_path": tmp_path / "mail"} if backend == "filebased" else {}
    connection = get_connection(f"django.core.mail.backends.{backend}.EmailBackend", **options)
    with kept_in() as recorded:
        assert connection.send_messages([EmailMessage(*TO_ONE)]) == 1
        with connection as opened:
            assert EmailMultiAlternatives(*TO_ONE, connection=opened).send() == 1
    assert found(recorded) == [("mail", "1 recipient: Hello")] * 2
    assert mail.outbox == []
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "mail").exists() or not list((tmp_path / "mail").iterdir())


def test_a_backend_that_is_written_later_sends_none():
    with kept_in():
        pass

    class Backend(BaseEmailBackend):
        sent = []

        def send_messages(self, email_messages):
            self.sent.extend(email_messages)
            return len(email_messages)

    with kept_in() as recorded:
        assert Backend().send_messages([EmailMessage(*TO_ONE)]) == 1
    assert Backend.sent == []
    assert found(recorded) == [("mail", "1 recipient: Hello")]
    Backend().send_messages([EmailMessage(*TO_ONE)])
    assert len(Backend.sent) == 1


def test_another_thread_sends(in_thread):
    with kept_in() as recorded:
        assert in_thread(lambda: send_mail(*TO_ONE)) == 1
    assert [message.subject for message in mail.outbox] == ["Hello"]
    assert not recorded.effects
