"""Columns as text, in the way PostgreSQL writes arrays: several times faster than value by value."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import models


def array_text(values: Sequence[Any]) -> str:
    """The values as a PostgreSQL array. None is NULL; only text needs quotes."""
    return "{" + ",".join(["NULL" if value is None else _element(value) for value in values]) + "}"


def _element(value: Any) -> str:
    if isinstance(value, str):
        if "\\" not in value and '"' not in value:
            return f'"{value}"'
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def array_writer(field: "models.Field[Any, Any] | None") -> Callable[[Iterable[Any]], str]:
    """How a column of `field` becomes an array: of numbers, dates and truths there is nothing to quote."""
    if field is None or isinstance(field, models.CharField | models.TextField | models.JSONField):
        return array_text  # type: ignore[return-value]
    return nullable_array_text if field.null else plain_array_text


def plain_array_text(values: Iterable[Any]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def nullable_array_text(values: Iterable[Any]) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"
