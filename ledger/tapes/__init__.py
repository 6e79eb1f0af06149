"""Tapes: files of loans from elsewhere, boarded in the middle of their life and tied out to the cent."""

from ledger.tapes.boarding import begin_boarding, board_tape, end_boarding, version_in_force
from ledger.tapes.layouts import Layout
from ledger.tapes.sba import SBA

LAYOUTS: dict[str, Layout] = {layout.name: layout for layout in (SBA,)}

__all__ = ["LAYOUTS", "begin_boarding", "board_tape", "end_boarding", "version_in_force"]
