"""Where the cents of one payment go."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from finance.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A payment's parts, in dollars, each zero or more. Together they are the payment."""

    fees: Decimal = ZERO
    interest: Decimal = ZERO
    principal: Decimal = ZERO
    unapplied: Decimal = ZERO


def allocate(amount: Decimal, due: Split, order: Iterable[str], *, principal_only: bool = False) -> Split:
    """Split `amount` dollars down the `order` of parts, each up to what is due; the rest is unapplied.

    due: fees and interest owed, and the whole principal: any payment may prepay it. `due.unapplied` is not read.
    principal_only: to principal, then unapplied.
    """
    assert amount >= 0, amount
    left = amount
    parts: dict[str, Decimal] = {}
    for part in ("principal",) if principal_only else order:
        parts[part] = min(left, getattr(due, part))
        left -= parts[part]
    return Split(unapplied=left, **parts)
