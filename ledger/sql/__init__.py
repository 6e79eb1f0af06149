"""The set-based statements of the night, one file each, beside this one."""

from functools import cache
from pathlib import Path


@cache
def statement(name: str) -> str:
    """The SQL of `name`.sql. Parameters are named, as psycopg takes them."""
    return (Path(__file__).parent / f"{name}.sql").read_text()
