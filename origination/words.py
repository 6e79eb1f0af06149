"""Figures and dates inside sentences."""

from servicing.words import day, dollars, weekday

__all__ = ["day", "dollars", "months", "weekday"]


def months(count: int) -> str:
    """84 months"""
    return f"{count} month" if count == 1 else f"{count} months"
