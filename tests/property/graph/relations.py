"""How the tables of the graph hang together, written down by hand: the oracle follows these, and nothing of Django."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Step:
    """From a row to the rows of ``model`` whose ``remote`` equals the row's ``local`` (attribute names)."""

    local: str
    model: str
    remote: str


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A relation of the model ``owner``, by the name that Django's paths give it.

    ``kind`` is a name in :data:`tests.property.declarations.KINDS`.
    """

    owner: str
    name: str
    target: str
    many: bool
    kind: str
    steps: tuple[Step, ...]


INHERITS = {"Book": "Work", "Reprint": "Work"}
"""Models that have all fields and relations of another one."""


def _foreign_key(
    forward: str, backward: str, local: str, remote: str, *, kind: str = "", one: bool = False
) -> Iterator[Relation]:
    (owner, name), (target, back) = forward.split("."), backward.split(".")
    there = Step(local=local, model=target, remote=remote)
    home = Step(local=remote, model=owner, remote=local)
    pairs = ("one-to-one", "one-to-one backward") if one else ("foreign key", "reverse foreign key")
    kinds = (kind, f"{kind} backward") if kind else pairs
    yield Relation(owner=owner, name=name, target=target, many=False, kind=kinds[0], steps=(there,))
    yield Relation(owner=target, name=back, target=owner, many=not one, kind=kinds[1], steps=(home,))


def _many_to_many(
    forward: str, backward: str, through: str, near: str, far: str, keys: tuple[str, str], kind: str
) -> Iterator[Relation]:
    (owner, name), (target, back) = forward.split("."), backward.split(".")
    for start, relation, end, first, second, (own, other) in (
        (owner, name, target, near, far, keys),
        (target, back, owner, far, near, keys[::-1]),
    ):
        steps = (Step(local=own, model=through, remote=first), Step(local=second, model=end, remote=other))
        yield Relation(owner=start, name=relation, target=end, many=True, kind=kind, steps=steps)


RELATIONS = (
    *_foreign_key("Publisher.country", "Country.publishers", "country_id", "code"),
    *_foreign_key("Publisher.parent", "Publisher.imprints", "parent_id", "id", kind="self"),
    *_foreign_key("Author.country", "Country.authors", "country_id", "code"),
    *_many_to_many(
        "Author.pupils",
        "Author.mentors",
        "Author_pupils",
        "from_author_id",
        "to_author_id",
        ("id", "id"),
        "many-to-many with itself",
    ),
    *_foreign_key("Profile.author", "Author.profile", "author_id", "id", one=True),
    *_foreign_key("Work.author", "Author.works", "author_id", "id"),
    *_foreign_key("Work.publisher", "Publisher.works", "publisher_id", "code", kind="to_field"),
    *_foreign_key("Work.sequel_of", "Work.sequels", "sequel_of_id", "id", kind="self"),
    *_many_to_many(
        "Work.tags", "Tag.works", "Work_tags", "work_id", "tag_id", ("id", "slug"), "many-to-many"
    ),
    *_many_to_many(
        "Work.contributors",
        "Author.contributed",
        "Contribution",
        "work_id",
        "author_id",
        ("id", "id"),
        "many-to-many through",
    ),
    *_foreign_key("Book.work_ptr", "Work.book", "work_ptr_id", "id", kind="parent link", one=True),
    *_foreign_key("Book.editor", "Author.edited", "editor_id", "id", kind="child table"),
    *_foreign_key("Contribution.work", "Work.contributions", "work_id", "id"),
    *_foreign_key("Contribution.author", "Author.contributions", "author_id", "id"),
    *_foreign_key("Copy.work", "Work.copies", "work_id", "id"),
    *_foreign_key("Loan.copy", "Copy.loans", "copy_id", "id"),
    *_foreign_key("Shelfmark.work", "Work.marks", "work_id", "id", kind="composite child"),
    *_foreign_key("Reading.work", "Work.readings", "work_id", "id", kind="partitioned child"),
    *_foreign_key("Jotting.work", "Work.jottings", "work_id", "id", kind="child without a key"),
)


def relations_of(model: str) -> tuple[Relation, ...]:
    """Every relation that a path from ``model`` may begin with; a child does not inherit the way to itself."""
    parent = INHERITS.get(model)
    return tuple(
        relation
        for relation in RELATIONS
        if relation.owner == model or (relation.owner == parent and relation.kind != "parent link backward")
    )
