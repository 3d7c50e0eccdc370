"""Comparison: two answers of one request, where they differ, and what kind of difference that is."""

from cqrs_routing.comparison.answer import Answer
from cqrs_routing.comparison.compare import compare
from cqrs_routing.comparison.difference import Difference, Sort
from cqrs_routing.comparison.kept import kept, kept_body
from cqrs_routing.comparison.kind import Kind, kind_from, kind_of
from cqrs_routing.comparison.readable import readable
from cqrs_routing.comparison.rules import Rules

__all__ = [
    "Answer",
    "Difference",
    "Kind",
    "Rules",
    "Sort",
    "compare",
    "kept",
    "kept_body",
    "kind_from",
    "kind_of",
    "readable",
]
