"""Factoring of one invoice: what the client gets, and when the debtor has paid, who bears the difference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
class SettlementBasis:
    """What a settlement was computed from, for finance.explain_facility.

    steps_begun: of tiers.  out: (dollars, days) of the advance from one collection to the next.  charged: the fee
    before its minimum.
    """

    face: Decimal
    advance_rate: Decimal
    fee: FlatTiers | PerDiem
    wire_fees: Decimal
    steps_begun: int
    out: tuple[tuple[Decimal, int], ...]
    charged: Decimal


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
    basis: SettlementBasis = field(repr=False, compare=False)


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
    steps_begun = _steps_begun(fee, days) if isinstance(fee, FlatTiers) else 0
    out = _outstanding(advance, held)
    charged = _tiered(fee, face, steps_begun) if isinstance(fee, FlatTiers) else _per_diem(fee, face, out)
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
        basis=SettlementBasis(
            face=face,
            advance_rate=advance_rate,
            fee=fee,
            wire_fees=wire_fees,
            steps_begun=steps_begun,
            out=out,
            charged=charged,
        ),
    )


def _share(amount: Decimal, percent: Decimal) -> Decimal:
    return cents(Fraction(amount) * Fraction(percent) / 100)


def _steps_begun(fee: FlatTiers, days: int) -> int:
    return -(-max(0, days - fee.first_days) // fee.step_days)


def _tiered(fee: FlatTiers, face: Decimal, steps_begun: int) -> Decimal:
    return cents(Fraction(face) * (Fraction(fee.first_pct) + Fraction(fee.step_pct) * steps_begun) / 100)


def _outstanding(advance: Decimal, held: Sequence[tuple[int, Decimal]]) -> tuple[tuple[Decimal, int], ...]:
    """held: (day, dollars) of each collection, by day; each repays the advance that is still out, to zero."""
    outstanding, since, out = advance, 0, []
    for day, amount in held:
        out.append((outstanding, day - since))
        outstanding, since = max(ZERO, outstanding - amount), day
    return tuple(out)


def _per_diem(fee: PerDiem, face: Decimal, out: Sequence[tuple[Decimal, int]]) -> Decimal:
    dollar_days = sum((outstanding * days for outstanding, days in out), ZERO)
    discount = cents(Fraction(dollar_days) * Fraction(fee.discount_rate) / (100 * fee.day_basis))
    return _share(face, fee.flat_pct) + discount
