"""Columns that every table of money shares."""

from typing import Any

from django.db import models


def money(**options: Any) -> "models.DecimalField[Any, Any]":
    """Dollars and cents, up to 9,999,999,999,999,999.99."""
    return models.DecimalField(max_digits=18, decimal_places=2, **options)


def rate(**options: Any) -> "models.DecimalField[Any, Any]":
    """Percent a year: 7.25 is 7.25 %."""
    return models.DecimalField(max_digits=10, decimal_places=6, **options)


def one_of(field: str, values: list[str], name: str) -> models.CheckConstraint:
    """The legal values of a text column, kept by the database as well."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": values}), name=name)
