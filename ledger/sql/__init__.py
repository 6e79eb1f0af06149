"""The set-based statements of the night, one file each, beside this one."""

from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection


@cache
def statement(name: str) -> str:
    """The SQL of `name`.sql. Parameters are named, as psycopg takes them."""
    return (Path(__file__).parent / f"{name}.sql").read_text()


def execute(name: str, **given: Any) -> list[tuple[Any, ...]]:
    """Run `name`.sql with the parameters `given`; its rows, if it returns any."""
    with connection.cursor() as cursor:
        cursor.execute(statement(name), given)
        return cursor.fetchall() if cursor.description else []
