"""Instances of models without the signals and descriptors of Model.__init__: half of a bank file's time went there."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.base import ModelState

M = TypeVar("M", bound=models.Model)


def loaded(model: type[M], names: Sequence[str], values: Sequence[Any]) -> M:
    """As Model.from_db: a row that was read."""
    made = model.__new__(model)
    made.__dict__.update(zip(names, values, strict=True))
    made._state = ModelState()
    made._state.adding, made._state.db = False, DEFAULT_DB_ALIAS
    return made


def fresh(model: type[M], **columns: Any) -> M:
    """As Model(...): a row that is not written yet. columns: by their attribute names, such as loan_id."""
    made = model.__new__(model)
    made.__dict__.update(constants(model))
    made.__dict__.update(columns)
    made._state = ModelState()
    return made


@cache
def constants(model: type[models.Model]) -> dict[str, Any]:
    """What each attribute is when nothing is given; what is computed anew for each row is None."""
    return {
        field.attname: None if field.has_default() and callable(field.default) else field.get_default()
        for field in model._meta.concrete_fields
    }
