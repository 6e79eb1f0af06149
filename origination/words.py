"""Figures and dates inside sentences."""

from datetime import date
from decimal import Decimal


def dollars(amount: Decimal) -> str:
    """$1,234.50"""
    return f"${amount:,.2f}"


def day(on: date) -> str:
    """31 Dec 2008"""
    return f"{on.day} {on:%b %Y}"


def weekday(on: date) -> str:
    """Wed 31 Dec 2008, where somebody must act."""
    return f"{on:%a} {day(on)}"


def months(count: int) -> str:
    """84 months"""
    return f"{count} month" if count == 1 else f"{count} months"
