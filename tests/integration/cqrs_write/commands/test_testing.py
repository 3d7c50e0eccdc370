import pytest
from django.test import TestCase

from cqrs_write.bus import accept
from cqrs_write.testing import CommandsDied, accepted, assert_accepted, drain_now

from .probe.commands import Break, Notify, Postpone, Write
from .probe.models import Effect


class InsideTestCase(TestCase):
    def test_what_was_accepted_is_executed_now(self):
        first, second = accept(Write(text="one")), accept(Write(text="two"))

        rows = drain_now()

        assert [row.pk for row in rows] == [first.pk, second.pk]
        assert [row.state for row in rows] == ["done", "done"]
        assert Effect.objects.count() == 2
        assert drain_now() == []

    def test_a_command_that_dies_fails_the_test_unless_it_may(self):
        accept(Break(text="bad"))
        with pytest.raises(CommandsDied, match="ValueError: bad broke"):
            drain_now()

        accept(Break(text="bad"))
        (row,) = drain_now(allow_dead=True)
        assert row.state == "dead"

    def test_a_retry_that_is_not_due_is_left(self):
        accept(Postpone(text="later"))

        assert [row.state for row in drain_now()] == ["retrying"]
        assert drain_now() == []

    def test_what_waits_for_the_commit_runs_when_commits_are_captured(self):
        accept(Notify(text="told", file="/dev/null"))

        with self.captureOnCommitCallbacks(execute=True) as callbacks:
            drain_now()

        assert len(callbacks) == 1

    def test_what_was_accepted_can_be_asked_for(self):
        accept(Write(text="one"))
        accept(Break(text="two"))

        assert accepted() == [Write(text="one"), Break(text="two")]
        assert accepted(Break) == [Break(text="two")]
        assert_accepted(Write(text="one"))
        with pytest.raises(AssertionError, match="was not accepted"):
            assert_accepted(Write(text="three"))
