"""Factoring of one invoice: what the client gets, and when the debtor has paid, who bears the difference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from finance.money import ZERO, cents


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatTiers:
    """A percentage of the face for the first days, and another for every step begun after them.

    With 30 first days, day 30 is in and day 31 begins a step. Percentages as percent.
    """

    first_pct: Decimal
    first_days: int
    step_pct: Decimal
    step_days: int
    minimum: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class PerDiem:
    """A percentage of the face, and a yearly rate on the advance still out. day_basis: days of a year, 360 or 365."""

    flat_pct: Decimal
    discount_rate: Decimal
    day_basis: int
    minimum: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Dollars the debtor paid on a date."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The invoice settled. Dollars, and whole `days` from the purchase to the last collection's clearance.

    fees: with the wire fees.  rebate: what is left for the client; a shortfall is due from the client under recourse,
    and the factor's loss without. An over-payment is part of the rebate.
    """

    advance: Decimal
    reserve: Decimal
    days: int
    fees: Decimal
    collected: Decimal
    short_payment: Decimal
    over_payment: Decimal
    rebate: Decimal
    shortfall: Decimal
    due_from_client: Decimal
    factor_loss: Decimal
    client_total_received: Decimal


def settle(
    *,
    face: Decimal,
    advance_rate: Decimal,
    purchase_date: date,
    collections: Iterable[Collection],
    fee: FlatTiers | PerDiem,
    clearance_days: int = 0,
    recourse: bool = True,
    wire_fees: Decimal = ZERO,
) -> Settlement:
    """Settle an invoice of `face` dollars bought on `purchase_date`, once the debtor has paid what he will.

    There is at least one collection, and none before the purchase; one of 0.00 dates an invoice nobody paid.
    """
    received = sorted(collections, key=lambda collection: collection.on)
    assert received, "An invoice without a collection is not settled."
    assert received[0].on >= purchase_date, received[0]
    advance = _share(face, advance_rate)
    held = [((collection.on - purchase_date).days + clearance_days, collection.amount) for collection in received]
    days = held[-1][0]
    charged = _tiered(fee, face, days) if isinstance(fee, FlatTiers) else _per_diem(fee, face, advance, held)
    fees = max(charged, fee.minimum) + wire_fees
    collected = sum((collection.amount for collection in received), ZERO)
    net = collected - advance - fees
    rebate, shortfall = max(ZERO, net), max(ZERO, -net)
    due_from_client = shortfall if recourse else ZERO
    return Settlement(
        advance=advance,
        reserve=face - advance,
        days=days,
        fees=fees,
        collected=collected,
        short_payment=max(ZERO, face - collected),
        over_payment=max(ZERO, collected - face),
        rebate=rebate,
        shortfall=shortfall,
        due_from_client=due_from_client,
        factor_loss=shortfall - due_from_client,
        client_total_received=advance + rebate - due_from_client,
    )


def _share(amount: Decimal, percent: Decimal) -> Decimal:
    return cents(Fraction(amount) * Fraction(percent) / 100)


def _tiered(fee: FlatTiers, face: Decimal, days: int) -> Decimal:
    steps_begun = -(-max(0, days - fee.first_days) // fee.step_days)
    return cents(Fraction(face) * (Fraction(fee.first_pct) + Fraction(fee.step_pct) * steps_begun) / 100)


def _per_diem(fee: PerDiem, face: Decimal, advance: Decimal, held: Sequence[tuple[int, Decimal]]) -> Decimal:
    """held: (day, dollars) of each collection, by day; each repays the advance that is still out, to zero."""
    outstanding, since, dollar_days = advance, 0, ZERO
    for day, amount in held:
        dollar_days += outstanding * (day - since)
        outstanding, since = max(ZERO, outstanding - amount), day
    discount = cents(Fraction(dollar_days) * Fraction(fee.discount_rate) / (100 * fee.day_basis))
    return _share(face, fee.flat_pct) + discount
