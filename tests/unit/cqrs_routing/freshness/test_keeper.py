"""The keeper of tokens on the client's side."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests

from cqrs_routing.freshness import TokenKeeper
from cqrs_write.freshness import Token, short_name

HERE, THERE = (short_name(alias, "x") for alias in ("here", "there"))


class Answer:
    def __init__(self, token=None):
        self.headers = {} if token is None else {"Freshness-Token": token}


def text(**numbers):
    return str(
        Token(numbers={{"here": HERE, "there": THERE}[name]: number for name, number in numbers.items()})
    )


def test_before_the_first_write_it_has_nothing_to_add():
    keeper = TokenKeeper()
    keeper.note(Answer())
    assert keeper.headers() == {}


def test_it_brings_what_it_was_given():
    keeper = TokenKeeper()
    keeper.note(Answer(text(here=5)))
    keeper.note(Answer())
    assert keeper.headers() == {"Freshness-Token": text(here=5)}
    assert TokenKeeper(text(here=5)).headers() == keeper.headers()


def test_of_answers_that_cross_the_later_write_is_kept():
    keeper = TokenKeeper()
    for number in (5, 9, 7):
        keeper.note(Answer(text(here=number)))
    assert keeper.headers() == {"Freshness-Token": text(here=9)}


def test_tokens_of_several_databases_are_brought_together():
    keeper = TokenKeeper()
    for token in (text(here=5), text(there=5), text(here=6)):
        keeper.note(Answer(token))
    assert keeper.headers() == {"Freshness-Token": f"{text(here=6)},{text(there=5)}"}


def test_there_are_never_more_than_a_few():
    keeper = TokenKeeper()
    for number in range(50):
        keeper.note(Answer(str(Token(numbers={short_name("alias", str(number)): 1}))))
    assert keeper.headers()["Freshness-Token"].count(",") == 3


@pytest.mark.parametrize("nonsense", ["", "x", "é:é", "x" * 10_000])
def test_what_is_no_token_is_not_kept(nonsense):
    keeper = TokenKeeper()
    keeper.note(Answer(nonsense))
    assert keeper.headers() == {}


def test_requests_calls_it_after_each_answer():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(204)
            self.send_header("freshness-token", text(here=5))
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server, requests.Session() as session:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        keeper = TokenKeeper()
        session.trust_env = False
        session.hooks["response"].append(keeper.hook)
        session.post(f"http://127.0.0.1:{server.server_port}/")
        thread.join()
    assert keeper.headers() == {"Freshness-Token": text(here=5)}


def test_it_needs_no_project():
    code = (
        "from cqrs_routing.freshness import TokenKeeper\n"
        "keeper = TokenKeeper()\n"
        f"keeper.keep({text(here=5)!r})\n"
        "print(keeper.headers()['Freshness-Token'])\n"
        "import sys; assert 'django.conf' not in sys.modules or not sys.modules['django.conf'].settings.configured"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == text(here=5), done.stderr
