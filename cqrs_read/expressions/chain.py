"""A chain: the relations of a path up to its last multi-valued one, along which one row becomes several."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP
from django.db.models.sql import Query

Chain = tuple[str, ...]
"""The names of the relations; empty for a path that leads to one value."""


def steps(model: type[Model], path: str) -> list[tuple[str, tuple[Any, ...]]]:
    """The relations that ``path`` follows from ``model``, each with the joins (Django's PathInfo) that it takes.

    Ends before a name that is no relation: a column, a transform, a lookup, or a mistake, which resolving the
    expression will tell.
    """
    names, found, known = path.split(LOOKUP_SEP), list[tuple[str, tuple[Any, ...]]](), 0
    for place, name in enumerate(names, start=1):
        try:
            joins, _, _, left = Query(model).names_to_path(names[:place], model._meta)
        except FieldError:
            break
        if left or len(joins) == known:
            break
        found.append((name, tuple(joins[known:])))
        known = len(joins)
    return found


def chain_of(model: type[Model], path: str) -> Chain:
    """The chain of ``path``."""
    followed = steps(model, path)
    length = max((place for place, (_, joins) in enumerate(followed, start=1) if _many(joins)), default=0)
    return tuple(name for name, _ in followed[:length])


def generic(model: type[Model], path: str) -> str:
    """The first relation on ``path`` that is generic, to whatever a content type names; empty if none is."""
    for name in path.split(LOOKUP_SEP):
        try:
            field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return ""
        if not field.is_relation:
            return ""
        target = field.related_model
        if not (isinstance(target, type) and issubclass(target, Model)) or hasattr(
            field, "object_id_field_name"
        ):
            return name
        model = target
    return ""


def longest(chains: Iterable[Chain]) -> Chain:
    """The chain that all others are the beginning of.

    Raises:
        ValueError: if there is none: the relations would multiply each other's rows.
    """
    found = sorted(chains, key=len)
    last = found[-1] if found else ()
    if any(last[: len(chain)] != chain for chain in found):
        raise ValueError("the chains part")
    return last


def key_names(model: type[Model], path: str) -> list[str]:
    """What to call the primary key of the rows at the end of ``path``: its columns, where it has several."""
    followed = steps(model, path)
    opts = followed[-1][1][-1].to_opts if followed else model._meta
    return [field.attname for field in opts.pk_fields] if len(opts.pk_fields) > 1 else ["pk"]


def multi_valued(model: type[Model]) -> list[str]:
    """The names of the relations of ``model`` that lead to several rows."""
    names = {getattr(field, "name", "") for field in model._meta.get_fields()}
    return sorted(name for name in names if chain_of(model, name))


def _many(joins: Iterable[Any]) -> bool:
    return any(join.m2m for join in joins)
