from cqrs_write.checks import check_queue_limits


def found() -> list[str]:
    return [str(message) for message in check_queue_limits()]


def test_w003_a_limit_for_a_queue_that_no_handler_names(settings):
    settings.CQRS_WRITE = {"QUEUE_LIMITS": {"orders": 5, "odrers": 5}}

    (message,) = found()

    assert "'odrers'" in message
    assert "orders" in message.partition("HINT")[2]


def test_w003_without_limits_there_is_nothing_to_complain_of(settings):
    settings.CQRS_WRITE = {}

    assert found() == []
