"""Somebody else in the same process: a thread with connections of its own, which runs already."""

import threading
from queue import SimpleQueue

from django.contrib.auth.models import Group
from django.db import connections


class Elsewhere:
    """Calls functions in its thread."""

    def __init__(self):
        self.calls, self.outcomes = SimpleQueue(), SimpleQueue()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def work(self):
        for function in iter(self.calls.get, None):
            try:
                self.outcomes.put((function(), None))
            except BaseException as error:  # noqa: BLE001  raised again in the test
                self.outcomes.put((None, error))

    def call(self, function, *args):
        self.calls.put(lambda: function(*args))
        result, error = self.outcomes.get()
        if error is not None:
            raise error
        return result

    def close(self):
        self.call(connections.close_all)
        self.calls.put(None)
        self.thread.join()


def group_names(using="default"):
    return sorted(Group.objects.using(using).values_list("name", flat=True))
