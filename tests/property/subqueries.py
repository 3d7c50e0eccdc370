"""Subqueries tied to the source by one equality: does such a row exist, and what does the first one say."""

from typing import Any

from hypothesis import strategies as st

from tests.property.aggregates import key_attributes, sortable
from tests.property.expressions import Condition, Draw, Expression, conditions, references
from tests.property.graph.relations import Step, relations_of
from tests.property.kinds import KINDS
from tests.property.oracle import Row, Snapshot, Trail

COMPARED = ("int", "text", "decimal", "bool", "date", "datetime")
READ = (*COMPARED, "uuid")


def subquery(draw: Draw, model: str) -> Expression | None:
    """An Exists, or a Subquery for one column of the first row by some order; None where there is none."""
    steps = [
        relation.steps[0]
        for relation in relations_of(model)
        if len(relation.steps) == 1 and KINDS[relation.kind]
    ]
    forms = [form for form, kind in ((exists, "exists"), (first, "subquery")) if KINDS[kind]]
    if not (steps and forms):
        return None
    return draw(st.sampled_from(forms))(draw, draw(st.sampled_from(steps)))


def exists(draw: Draw, step: Step) -> Expression:
    rows, condition = _tied(draw, step)
    return Expression(
        code=f"Exists({rows})", kind="bool", truth=lambda s, t: bool(_found(s, t, step, condition))
    )


def first(draw: Draw, step: Step) -> Expression:
    rows, condition = _tied(draw, step)
    wanted = draw(st.sampled_from(references(step.model, READ, hops=1, plain=True)))
    keys, descending = key_attributes(step.model), draw(st.booleans())
    by = draw(st.sampled_from([None, *sortable(step.model)]))
    order = [*([f"{'-' if descending else ''}{by}"] if by else []), *keys]
    code = f'Subquery({rows}.order_by({", ".join(map(repr, order))}).values("{wanted.code}")[:1])'

    def truth(snapshot: Snapshot, trail: Trail) -> Any:
        found = sorted(
            _found(snapshot, trail, step, condition), key=lambda row: tuple(row[key] for key in keys)
        )
        if by:
            found.sort(key=lambda row: row[by], reverse=descending)
        return wanted.truth(snapshot, (found[0],)) if found else None

    return Expression(code=code, kind=wanted.kind, truth=truth)


def _tied(draw: Draw, step: Step) -> tuple[str, Condition | None]:
    """The rows, through the manager that hides some where there is one, and the condition on them."""
    condition = None
    if draw(st.booleans()):
        condition = conditions(draw, references(step.model, COMPARED, hops=1))
    code = f'{step.model}.objects.filter({step.remote}=OuterRef("{step.local}"))'
    return f"{code}.filter({condition.code})" if condition else code, condition


def _found(snapshot: Snapshot, trail: Trail, step: Step, condition: Condition | None) -> list[Row]:
    rows = snapshot.matching(step.model, step.remote, trail[0][step.local])
    seen = [row for row in rows if step.model != "Author" or row["active"]]
    return [row for row in seen if condition is None or condition.truth(snapshot, (row,))]
