"""Which aggregates may be computed at the child: those that ignore the row which a LEFT JOIN makes up.

Django joins the source with its children and groups; a source without children has one row of NULLs there. At the
child there is no such row. Both give the same where the aggregate ignores NULL and its expression is NULL in that row.
"""

from typing import Any

from django.db.models import Aggregate, Avg, Count, ExpressionWrapper, F, Max, Min, StdDev, Sum, Variance
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast
from django.db.models.lookups import Transform

from cqrs_read.expressions.paths import paths_in

IGNORE_NULL = (Count, Sum, Avg, Min, Max, StdDev, Variance)


def ignores_missing_rows(aggregate: Aggregate) -> bool:
    """Whether ``aggregate``, of which every path begins with the same relation, may be computed at the child."""
    expression, *more = aggregate.get_source_expressions()
    # More are the filter, which can only leave rows out, and of some aggregates an ordering.
    return type(aggregate) in IGNORE_NULL and all(part is None for part in more[1:]) and strict(expression)


def strict(expression: Any) -> bool:
    """Whether ``expression`` is certainly NULL where what its paths lead to is missing."""
    if isinstance(expression, F):
        return True
    if isinstance(expression, CombinedExpression):
        return strict(expression.lhs) or strict(expression.rhs)
    if isinstance(expression, Cast | ExpressionWrapper) or _is_plain_function(expression):
        return any(strict(part) for part in expression.get_source_expressions() if part is not None)
    return False


def _is_plain_function(expression: Any) -> bool:
    """Django's functions of one value, like Lower or Abs, are NULL of NULL on every database."""
    return (
        isinstance(expression, Transform)
        and type(expression).__module__.startswith("django.db.models.functions.")
        and bool(paths_in(expression))
    )
