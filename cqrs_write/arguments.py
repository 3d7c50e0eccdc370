"""Numbers on a command line, with the range that they must be in; argparse ends with one line and exit code 2."""

from argparse import ArgumentTypeError
from collections.abc import Callable


class _Within:
    """Takes a text for a number from ``least`` to ``most``."""

    kind: Callable[[str], float]
    noun: str

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = least, most

    def __call__(self, text: str) -> float:
        try:
            number = type(self).kind(text)
        except ValueError:
            number = float("nan")
        if not self.least <= number <= self.most:  # nor is NaN
            raise ArgumentTypeError(f"{text!r} is no {self.noun} from {self.least} to {self.most}")
        return number


class Number(_Within):
    """A whole number."""

    kind, noun = int, "whole number"


class Seconds(_Within):
    """Seconds, with a fraction."""

    kind, noun = float, "number of seconds"
