"""Text in files that a spreadsheet may open."""

from decimal import Decimal

# A cell that starts with one of these is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: object) -> str:
    """Money and numbers as they are; text that would be taken for a formula is marked as text."""
    if isinstance(value, Decimal | int):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
