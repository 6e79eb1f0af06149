"""Visitors of the calculator. Each test asks from an address of its own, so that none uses up another's turns."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

ADDRESSES = count(1)


@pytest.fixture
def stranger(tenant: Any) -> Any:
    """Somebody who is not signed in."""
    from django.test import Client

    number = next(ADDRESSES)
    return Client(REMOTE_ADDR=f"10.1.{number // 250}.{number % 250 + 1}")


@pytest.fixture
def underwriter(people: Any, client_of: Callable[[Any], Any]) -> Any:
    return client_of(people.underwriter)
