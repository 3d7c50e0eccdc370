"""The tester: asks for the new side before any client gets it, and expects errors."""

from legacy_app.demo.clients import Clients, random_list
from legacy_app.demo.crew import Crew

HEADER = "X-Canary"
PAUSE_SECONDS = 6.0
"""So seldom that the guard cannot tell by the tester's answers alone."""
SERVER_ERROR = 500


class Tester(Crew):
    """Looks at order lists as clerks do, with the header that the canary names."""

    def __init__(self, clients: Clients) -> None:
        super().__init__("tester", PAUSE_SECONDS)
        self.shop = clients.shop
        self.connection = clients.connect()
        self.errors = 0

    def start(self) -> None:
        self.add(self.test)

    def test(self) -> None:
        answer = self.connection.get(random_list(self.shop, few=True), {HEADER: "yes"})
        self.errors += answer.status >= SERVER_ERROR
