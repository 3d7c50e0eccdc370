"""Problems: errors over HTTP as RFC 9457 writes them, ``application/problem+json``."""

from cqrs_write.http.problems.problem import Problem
from cqrs_write.http.problems.view import ProblemView

__all__ = ["Problem", "ProblemView"]
