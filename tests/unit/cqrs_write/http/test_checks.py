from django.core.checks import run_checks


def found() -> list[str]:
    return [str(message) for message in run_checks() if message.id == "cqrs_write.W003"]


def test_w003_a_limit_for_a_queue_that_no_handler_names(settings):
    settings.CQRS_WRITE = {"QUEUE_LIMITS": {"orders": 5, "odrers": 5}}

    (message,) = found()

    assert "'odrers'" in message
    assert "orders" in message.partition("HINT")[2]


def test_w003_without_limits_there_is_nothing_to_complain_of(settings):
    settings.CQRS_WRITE = {}

    assert found() == []
