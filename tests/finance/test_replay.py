"""The servicing of one loan, event by event: what each event changes, to the cent."""

from datetime import date
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest

from finance.replay import Effect, Event, LoanChargedOff, State, accrue, apply, in_order, journal, replay
from finance.terms import Instalment, LoanTerms

JANUARY_15, FEBRUARY_15, MARCH_15 = date(2024, 1, 15), date(2024, 2, 15), date(2024, 3, 15)


def terms(**changes: Any) -> LoanTerms:
    rows = tuple(Instalment(due_date=date(2024, month, 15), amount=D("1066.22")) for month in range(2, 13))
    return LoanTerms(**{"rate": D("12"), "day_count": "ACT/365F", "schedule": rows, **changes})


def disbursed(amount: str = "12000.00") -> Event:
    return Event(id="E1", kind="disburse", on=JANUARY_15, amount=D(amount))


def paid(amount: str, on: date = FEBRUARY_15, **changes: Any) -> Event:
    return Event(**{"id": "E2", "kind": "payment", "on": on, "amount": D(amount), **changes})


def test_a_month_goes_forward_step_by_step() -> None:
    note = terms()
    loan = State.opening(note)
    assert accrue(note, loan, JANUARY_15) is None
    assert apply(note, loan, disbursed()) == Effect(
        on=JANUARY_15, kind="disburse", event="E1", cash=D("-12000.00"), principal=D("12000.00")
    )
    assert accrue(note, loan, JANUARY_15) is None
    assert accrue(note, loan, FEBRUARY_15) == Effect(
        on=FEBRUARY_15, kind="accrual", interest=D("122.30"), income=D("122.30")
    )
    assert loan.accrued == Fraction(12000 * 12 * 31, 36500)
    assert apply(note, loan, paid("1066.22")) == Effect(
        on=FEBRUARY_15,
        kind="payment",
        event="E2",
        cash=D("1066.22"),
        principal=D("-943.92"),
        interest=D("-122.30"),
    )
    assert (loan.principal, loan.accrued, loan.interest, loan.credit) == (D("11056.08"), 0, D("0.00"), D("1066.22"))


def test_what_is_posted_telescopes_to_the_rounded_total() -> None:
    # $100.00 at 12 % earns 3.287... cents a day: 3, 7, 10, 13 and 16 cents are owed after each of five days.
    note = terms()
    days = [date(2024, 1, day) for day in range(16, 21)]
    posted = journal(note, [disbursed("100.00")], through=days[-1], accrue_on=days).effects[1:]
    assert [effect.interest for effect in posted] == [D("0.03"), D("0.04"), D("0.03"), D("0.03"), D("0.03")]


def test_a_state_built_from_stored_figures_goes_on_as_the_first_did() -> None:
    note = terms()
    first = journal(note, [disbursed(), paid("500.00")], through=date(2024, 3, 1)).state
    stored = State(
        rate=first.rate,
        principal=first.principal,
        accrued=first.accrued,
        accrued_through=first.accrued_through,
        credit=first.credit,
        totals=first.totals,
    )
    assert accrue(note, stored, MARCH_15) == accrue(note, first, MARCH_15)
    assert stored == first


def test_the_residue_is_dropped_or_carried_as_the_product_says() -> None:
    events = [disbursed(), paid("1066.22")]
    exact = Fraction(12000 * 12 * 31, 36500)
    assert journal(terms(), events, through=FEBRUARY_15).state.accrued == 0
    carried = journal(terms(residue="carry"), events, through=FEBRUARY_15).state
    assert carried.accrued == exact - Fraction(D("122.30"))
    assert carried.interest == D("0.00")


def test_carried_residue_of_half_a_cent_below_zero_is_owed_by_nobody() -> None:
    # $18.25 at 10 % earns exactly half a cent a day, which is rounded up, paid, and stands at minus half a cent.
    note = terms(rate=D("10"), residue="carry")
    loan = journal(note, [disbursed("18.25"), paid("0.01", date(2024, 1, 16))], through=date(2024, 1, 16)).state
    assert loan.accrued == Fraction(-1, 200)
    assert loan.interest == D("0.00")


def test_a_part_payment_of_a_half_cent_under_half_even_keeps_the_books_level() -> None:
    # Three days of half a cent are 1.5 cents: 2 owed, 1 paid, exactly half a cent left, which rounds to the even 0.
    note = terms(rate=D("10"), rounding="HALF_EVEN")
    played = journal(note, [disbursed("18.25"), paid("0.01", date(2024, 1, 18))], through=date(2024, 1, 18))
    payment = played.effects[-1]
    assert (payment.cash, payment.interest, payment.income) == (D("0.01"), D("-0.02"), D("-0.01"))
    assert played.state.totals.paid_interest == D("0.01")
    assert sum(effect.interest for effect in played.effects) == played.state.interest == D("0.00")


def test_repaying_the_principal_alone_leaves_its_interest_owing() -> None:
    events = [disbursed(), paid("12000.00", principal_only=True)]
    loan = journal(terms(), events, through=MARCH_15).state
    assert (loan.principal, loan.interest, loan.credit) == (D("0.00"), D("122.30"), D("0.00"))


def test_repaying_the_principal_alone_zeroes_interest_below_half_a_cent() -> None:
    events = [disbursed("10.00"), paid("10.00", date(2024, 1, 16), principal_only=True)]
    assert journal(terms(), events, through=MARCH_15).state.accrued == 0


def test_fees_are_assessed_waived_and_paid() -> None:
    fee = Event(id="E3", kind="fee", on=FEBRUARY_15, amount=D("30.00"))
    waiver = Event(id="E4", kind="fee_waiver", on=FEBRUARY_15, amount=D("50.00"))
    position = replay(terms(), [paid("20.00"), waiver, fee, disbursed()], as_of=FEBRUARY_15)
    totals = position.state.totals
    assert (totals.fees_assessed, totals.fees_waived, totals.paid_fees) == (D("30.00"), D("30.00"), D("0.00"))
    assert position.allocations[0].interest == D("20.00")


def test_one_day_has_an_order_whatever_the_ids() -> None:
    kinds = ["late_fee", "recovery", "charge_off", "payoff", "payment", "fee_waiver", "fee", "rate_change", "disburse"]
    events = [Event(id=f"E{k}", kind=kind, on=JANUARY_15) for k, kind in enumerate(kinds)]
    principal_only = Event(id="A", kind="payment", on=JANUARY_15, principal_only=True)
    ordered = in_order([*events, principal_only])
    assert [event.id for event in ordered] == ["E8", "E7", "E6", "E5", "E4", "A", "E3", "E2", "E1", "E0"]


def test_ids_break_ties_as_text() -> None:
    events = [paid("1.00", id=name) for name in ("E9", "E10", "e1")]
    assert [event.id for event in in_order(events)] == ["E10", "E9", "e1"]


def test_a_rate_counts_from_its_date_on() -> None:
    change = Event(id="E3", kind="rate_change", on=date(2024, 1, 25), rate=D("6"))
    loan = journal(terms(), [disbursed(), change], through=FEBRUARY_15).state
    assert loan.accrued == Fraction(12000 * (12 * 10 + 6 * 21), 36500)
    assert loan.rate == D("6")


def test_what_was_known_then_is_reproduced() -> None:
    late_news = paid("1066.22", booked=date(2024, 3, 1))
    undone = Event(id="E3", kind="reversal", on=MARCH_15, target="E2")
    events = [disbursed(), late_news, undone]

    def principal(known_on: date | None) -> D:
        return replay(terms(), events, as_of=date(2024, 2, 20), known_on=known_on).state.principal

    assert principal(date(2024, 2, 20)) == D("12000.00")
    assert principal(date(2024, 3, 1)) == D("11056.08")
    assert principal(MARCH_15) == D("12000.00")
    assert principal(None) == D("12000.00")


def charged_off() -> Event:
    return Event(id="E5", kind="charge_off", on=MARCH_15)


def test_a_charge_off_writes_off_all_that_is_owed_and_nothing_accrues_after_it() -> None:
    fee = Event(id="E3", kind="fee", on=FEBRUARY_15, amount=D("30.00"))
    played = journal(terms(), [disbursed(), fee, charged_off()], through=date(2024, 12, 31))
    assert played.effects[-1] == Effect(
        on=MARCH_15,
        kind="charge_off",
        event="E5",
        principal=D("-12000.00"),
        interest=D("-236.71"),
        fees=D("-30.00"),
        written_off=D("12266.71"),
    )
    assert played.state.charged_off
    assert played.state.accrued == 0


def test_cash_after_a_charge_off_recovers_what_was_written_off_and_no_more() -> None:
    events = [
        disbursed("100.00"),
        charged_off(),
        paid("60.00", date(2024, 4, 1)),
        paid("50.00", date(2024, 5, 1), id="E6", kind="recovery"),
    ]
    played = journal(terms(), events, through=date(2024, 5, 1))
    assert played.effects[-2:] == [
        Effect(
            on=date(2024, 4, 1),
            kind="recovery",
            event="E2",
            cash=D("60.00"),
            written_off=D("-60.00"),
            recovered=D("60.00"),
        ),
        Effect(
            on=date(2024, 5, 1),
            kind="recovery",
            event="E6",
            cash=D("50.00"),
            unapplied=D("8.03"),
            written_off=D("-41.97"),
            recovered=D("41.97"),
        ),
    ]
    assert (played.state.written_off, played.state.recovered) == (D("0.00"), D("101.97"))
    assert played.state.totals.cash_in == D("110.00")


def test_a_recovery_is_an_ordinary_payment_once_the_charge_off_is_reversed() -> None:
    recovery = paid("1066.22", id="E6", kind="recovery", on=date(2024, 4, 15))
    undone = Event(id="E7", kind="reversal", on=date(2024, 5, 1), target="E5")
    position = replay(terms(), [disbursed(), charged_off(), recovery, undone], as_of=date(2024, 5, 1))
    assert position.state.totals.paid_interest == D("359.01")
    assert position.allocations[0].principal == D("707.21")
    assert position.state.recovered == D("0.00")


@pytest.mark.parametrize("kind", ["disburse", "fee", "late_fee"])
def test_nothing_is_lent_or_charged_after_a_charge_off(kind: str) -> None:
    after = Event(id="E6", kind=kind, on=date(2024, 4, 1), amount=D("10.00"))
    with pytest.raises(LoanChargedOff) as refusal:
        journal(terms(), [disbursed(), charged_off(), after], through=date(2024, 4, 1))
    assert str(refusal.value) == (
        f"The {kind.replace('_', ' ')} of 2024-04-01 cannot stand: the loan is charged off before it. "
        "It can once the charge-off is reversed."
    )


def test_an_event_out_of_step_with_the_loan_is_a_bug() -> None:
    note = terms()
    loan = journal(note, [disbursed()], through=FEBRUARY_15).state
    with pytest.raises(AssertionError):
        apply(note, loan, paid("10.00", MARCH_15))
    with pytest.raises(AssertionError):
        accrue(note, loan, JANUARY_15)
