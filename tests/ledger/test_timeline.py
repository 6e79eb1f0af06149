"""Every kind of event has its words."""

from ledger.models import LoanEvent
from ledger.timeline import KINDS


def test_staff_read_every_kind_of_event() -> None:
    assert set(KINDS) == set(LoanEvent.Kind)
