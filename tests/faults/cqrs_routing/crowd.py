"""A crowd: clients that ask for the endpoint again and again, and remember every answer."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from tests.faults.cqrs_routing.shop import Account
from tests.faults.cqrs_routing.web import LIST, Answer, Web


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A client's request, and the answer to it."""

    client: str
    answer: Answer

    @property
    def chosen(self) -> str:
        """The side that the mode said, as far as the process knew it: an announced fallback is from the new one."""
        return "cqrs" if self.answer.fallback else self.answer.side


class Crowd:
    """A client for each of ``accounts``, in a thread of its own."""

    def __init__(self, web: Web, accounts: list[Account]) -> None:
        self.web = web
        self.clients = [account.authorization for account in accounts]
        self.asked: list[Asked] = []
        self._stopped = threading.Event()

    @contextmanager
    def asking(self) -> Iterator[None]:
        with ThreadPoolExecutor(len(self.clients)) as threads:
            working = [threads.submit(self._ask, client) for client in self.clients]
            try:
                yield
            finally:
                self._stopped.set()
        for one in working:
            one.result()

    def _ask(self, client: str) -> None:
        while not self._stopped.is_set():
            answer = self.web.ask("GET", f"{LIST}?page_size=2", {"Authorization": client})
            self.asked.append(Asked(client=client, answer=answer))
