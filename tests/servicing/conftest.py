"""What the borrower's pages are tried on."""

from typing import Any

import pytest

from parties.models import PortalAccess


@pytest.fixture
def mine(loan: Any, people: Any) -> Any:
    """$12,000.00 lent to the party that the borrower acts for; three instalments of 1,052.21 are over."""
    PortalAccess.objects.create(user=people.borrower, party=loan.borrower)
    return loan
