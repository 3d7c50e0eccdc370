"""Writes through Django: each form draws the code of one."""

from hypothesis import strategies as st

from tests.property.drawing import (
    BOOK,
    Draw,
    constructed,
    drawn_change,
    drawn_column,
    drawn_name,
    drawn_queryset,
    drawn_row,
    drawn_rows,
    key_columns,
    keywords,
    other_columns,
)
from tests.property.graph.schema import KEYS


def save(draw: Draw) -> str:
    name = drawn_name(draw)
    return f"{constructed(name, drawn_row(draw, name))}.save()"


def update(draw: Draw) -> str:
    name = drawn_name(draw)
    column, value = drawn_change(draw, name)
    return f"{drawn_queryset(draw, name)}.update({column.attribute}={value!r})"


def update_with_f(draw: Draw) -> str:
    name = drawn_name(draw, "Country")
    numbers = [c for c in other_columns(name) if c.kind == "int" and not c.relation]
    if not numbers:
        return update(draw)
    column, other = draw(st.sampled_from(numbers)), draw(st.sampled_from(numbers))
    other = column if other.null or other.own != column.own else other
    return f'{drawn_queryset(draw, name)}.update({column.attribute}=F("{other.attribute}") + 1)'


def move(draw: Draw) -> str:
    """A foreign key that is given another value, for many rows."""
    name = drawn_name(draw, "Country", "Tag")
    column = draw(st.sampled_from([c for c in other_columns(name) if c.relation]))
    old, new = draw(st.sampled_from(column.values)), draw(st.sampled_from(column.values))
    lookup = f"{column.attribute}__isnull=True" if old is None else f"{column.attribute}={old!r}"
    return f"{name}._base_manager.filter({lookup}).update({column.attribute}={new!r})"


def bulk_create(draw: Draw) -> str:
    name = drawn_name(draw, BOOK)
    rows = ", ".join(constructed(name, row) for row in drawn_rows(draw, name))
    how = draw(st.sampled_from(("", ", ignore_conflicts=True", "update")))
    if how == "update":
        fields = [
            c.name for c in draw(st.lists(st.sampled_from(other_columns(name)), min_size=1, max_size=2))
        ]
        unique = [c.name for c in key_columns(name)]
        how = f", update_conflicts=True, unique_fields={unique}, update_fields={sorted(set(fields))}"
    return f"{name}._base_manager.bulk_create([{rows}]{how})"


def bulk_update(draw: Draw) -> str:
    name = drawn_name(draw)
    column = drawn_column(draw, other_columns(name))
    keys = draw(st.lists(st.sampled_from(KEYS[name]), min_size=1, max_size=3, unique=True))
    values = {key: draw(st.sampled_from(column.values)) for key in keys}
    return f"bulk_update({name!r}, {column.attribute!r}, {values!r})"


def get_or_create(draw: Draw) -> str:
    name, way = drawn_name(draw), draw(st.sampled_from(("get_or_create", "update_or_create")))
    row = drawn_row(draw, name)
    keys = {c.attribute: row.pop(c.attribute) for c in key_columns(name)}
    return f"{name}._base_manager.{way}({keywords(keys)}, defaults={row!r})"


def delete(draw: Draw) -> str:
    rows = drawn_queryset(draw, drawn_name(draw))
    return draw(
        st.sampled_from((f"{rows}.delete()", f"delete_each({rows})", f"{rows}._raw_delete('default')"))
    )


def link(draw: Draw) -> str:
    """Many-to-many relations: add, remove, set and clear, from both sides."""
    owner, relation, target, defaults = draw(
        st.sampled_from(
            (
                ("Work", "tags", "Tag", ""),
                ("Tag", "works", "Work", ""),
                ("Author", "pupils", "Author", ""),
                ("Author", "mentors", "Author", ""),
                ("Work", "contributors", "Author", ', through_defaults={"role": "guest"}'),
            )
        )
    )
    keys = draw(st.lists(st.sampled_from(KEYS[target]), max_size=2, unique=True))
    given = ", ".join(map(repr, keys))
    way = draw(
        st.sampled_from(
            (
                f"add({given}{defaults if given else ''})",
                f"remove({given})",
                f"set([{given}]{defaults})",
                "clear()",
            )
        )
    )
    return f"{owner}(pk={draw(st.sampled_from(KEYS[owner]))!r}).{relation}.{way}"


def another_key(draw: Draw) -> str:
    """A primary key that changes."""
    name = drawn_name(draw, BOOK)
    column = draw(st.sampled_from(key_columns(name)))
    old, new = draw(st.sampled_from(column.values)), draw(st.sampled_from(column.values))
    if name != "Shelfmark" and draw(st.booleans()):
        return f"rekey({name!r}, {old!r}, {new!r})"
    return f"{name}._base_manager.filter({column.attribute}={old!r}).update({column.attribute}={new!r})"


FORMS = (
    save, update, update, update_with_f, move, move, bulk_create, bulk_update, get_or_create, delete, link, link,
    another_key,
)  # fmt: skip
