"""Families of column types: those within one hold the same values, and compare with each other."""

from typing import Any

from django.db.models import Field

FAMILIES = {
    "integer": "AutoField BigAutoField SmallAutoField IntegerField BigIntegerField SmallIntegerField "
    "PositiveIntegerField PositiveBigIntegerField PositiveSmallIntegerField",
    "decimal": "DecimalField",
    "float": "FloatField",
    "boolean": "BooleanField NullBooleanField",
    "text": "CharField TextField EmailField SlugField URLField FileField FilePathField",
    "UUID": "UUIDField",
    "moment": "DateTimeField",
    "date": "DateField",
    "time of day": "TimeField",
    "duration": "DurationField",
    "JSON": "JSONField",
    "bytes": "BinaryField",
    "IP address": "GenericIPAddressField",
}

BY_TYPE = {name: family for family, names in FAMILIES.items() for name in names.split()}


def family_of(field: Any) -> str:
    """The family of ``field``; of a foreign key that of the column it refers to; empty for a type of one's own."""
    while getattr(field, "target_field", None) is not None:
        field = field.target_field
    return BY_TYPE.get(field.get_internal_type(), "") if isinstance(field, Field) else ""


def same_family(left: Any, right: Any) -> bool:
    """Whether both are of one family, as far as their types are known."""
    return family_of(left) == family_of(right)
