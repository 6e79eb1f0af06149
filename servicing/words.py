"""Amounts and dates as servicing writes them in sentences and in letters."""

from datetime import date
from decimal import Decimal


def dollars(amount: Decimal) -> str:
    """$1,234.50; a true minus below zero."""
    return f"−${-amount:,.2f}" if amount < 0 else f"${amount:,.2f}"


def day(on: date) -> str:
    """31 Dec 2008"""
    return f"{on.day} {on:%b %Y}"


def weekday(on: date) -> str:
    """Wed 31 Dec 2008, where someone must act."""
    return f"{on:%a} {day(on)}"
