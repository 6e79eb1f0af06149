"""Laws of loans whose interest belongs to their instalments, for every schedule and every history, drawn at random."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from finance.allocation import PARTS
from finance.errors import BadInput
from finance.instalment_terms import PAYOFF_INTERESTS, REAMORTISABLE, InstalmentTerms
from finance.instalments import InstalmentPosition, replay_instalments
from finance.loan_state import Event
from finance.rebates import EARNINGS
from finance.schedule import build_schedule
from finance.schedule_terms import Grace, PaymentStep, ScheduleTerms

START = date(2023, 11, 20)
END = START + timedelta(500)
DAYS = st.integers(0, 500).map(lambda k: START + timedelta(k))
MONEY = st.integers(1, 200_000).map(lambda count: D(count).scaleb(-2))

laws = settings(max_examples=25, deadline=None)


@st.composite
def schedules(draw: st.DrawFn, methods: tuple[str, ...]) -> ScheduleTerms:
    n, method = draw(st.integers(1, 8)), draw(st.sampled_from(methods))
    chosen: dict[str, Any] = {"n": 1 if method == "bullet" else n, "method": method}
    if draw(st.booleans()):
        chosen |= {"interest_mode": "daily", "day_count": draw(st.sampled_from(["30/360US", "ACT/360", "ACT/ACT"]))}
    if method == "step":
        chosen["steps"] = (PaymentStep(from_row=1, percent=D("100")), PaymentStep(from_row=n, percent=D("130")))[:n]
    if n > 1 and method not in ("flat", "bullet") and draw(st.booleans()):
        chosen["grace"] = Grace("principal", draw(st.integers(1, n - 1)))
    return ScheduleTerms(
        principal=draw(st.integers(10_000, 300_000).map(lambda count: D(count).scaleb(-2))),
        rate=draw(st.sampled_from([D("0"), D("4.5"), D("12"), D("29.99")])),
        frequency=draw(st.sampled_from(["biweekly", "monthly", "bimonthly"])),
        start_date=START,
        rounding=draw(st.sampled_from(["HALF_UP", "HALF_EVEN"])),
        payment_rounding=draw(st.sampled_from(["nearest", "up"])),
        **chosen,
    )


@st.composite
def loans(draw: st.DrawFn, *, payoff_interests: tuple[str, ...] = PAYOFF_INTERESTS) -> InstalmentTerms:
    plain = ("level", "interest_only", "equal_principal", "bullet", "step")
    chosen: dict[str, Any] = {"allocation_order": tuple(draw(st.permutations(PARTS)))}
    if draw(st.booleans()):
        schedule = draw(schedules((*plain, "flat")))
        chosen["earning"] = draw(st.sampled_from(EARNINGS))
        chosen["excess"] = draw(st.sampled_from(["next", "hold"]))
        chosen["payoff_interest"] = draw(st.sampled_from(payoff_interests))
        return InstalmentTerms(schedule=schedule, **chosen)
    schedule = draw(schedules(plain))
    excesses = ["next", "shorten", "hold"] + ["reamortise"] * (schedule.method in REAMORTISABLE)
    chosen["excess"] = draw(st.sampled_from(excesses))
    chosen["payoff_interest"] = draw(st.sampled_from([each for each in payoff_interests if each != "all"]))
    return InstalmentTerms(schedule=schedule, interest="recalculated", **chosen)


@st.composite
def histories(draw: st.DrawFn, terms: InstalmentTerms) -> list[Event]:
    kinds = ["payment", "payment", "payment", "instalment", "fee", "fee_waiver", "payoff"]
    kinds += ["principal_only"] * (terms.interest == "recalculated")
    rows = build_schedule(terms.schedule).rows
    events = []
    for k in range(draw(st.integers(0, 8))):
        kind, on, amount = draw(st.sampled_from(kinds)), draw(DAYS), draw(MONEY)
        if kind == "instalment":
            row = draw(st.sampled_from(rows))
            kind, on, amount = "payment", min(END, row.due_date), max(row.payment, D("0.01"))
        only = kind == "principal_only"
        events.append(Event(id=f"E{k}", kind="payment" if only else kind, on=on, amount=amount, principal_only=only))
    return events


@st.composite
def lived(draw: st.DrawFn, **choices: Any) -> tuple[InstalmentTerms, list[Event]]:
    terms = draw(loans(**choices))
    return terms, draw(histories(terms))


def standing(terms: InstalmentTerms, events: list[Event], as_of: date = END) -> InstalmentPosition:
    try:
        return replay_instalments(terms, events, as_of=as_of)
    except BadInput as refused:
        if refused.field != "schedule":  # rounding left a row below its interest
            raise
        reject()


def paid(name: str, on: date, amount: D) -> Event:
    return Event(id=name, kind="payment", on=on, amount=amount)


@laws
@given(loans())
def test_paid_on_its_dates_a_loan_follows_its_schedule_to_zero(terms: InstalmentTerms) -> None:
    rows = build_schedule(terms.schedule).rows
    events = [paid(f"P{row.k}", row.due_date, row.payment) for row in rows if row.payment]
    position = standing(terms, events, rows[-1].due_date)
    assert (position.payoff, position.unapplied, position.dpd) == (0, 0, 0)
    if terms.payoff_interest == "to_date" and terms.earning == "schedule":
        assert [(row.interest, row.principal, row.closing) for row in position.rows] == [
            (row.interest, row.principal, row.closing) for row in rows
        ]


@laws
@given(lived(), DAYS)
def test_every_cent_is_placed_once(loan: tuple[InstalmentTerms, list[Event]], as_of: date) -> None:
    terms, events = loan
    position = standing(terms, events, as_of)
    totals, rows = position.totals, position.rows
    happened = [event for event in events if event.on <= as_of]
    assert totals.cash_in == sum(e.amount or 0 for e in happened if e.kind in ("payment", "payoff"))
    assert totals.cash_in == totals.paid_principal + totals.paid_interest + totals.paid_fees + position.unapplied
    assert totals.disbursed == position.principal + totals.paid_principal
    assert totals.fees_assessed == totals.fees_waived + totals.paid_fees + position.fees
    for part in ("fees", "interest", "principal"):
        assert sum(getattr(each, part) for each in position.allocations) == getattr(totals, f"paid_{part}")
    assert sum(each.unapplied for each in position.allocations) == position.unapplied
    assert sum(row.principal + row.prepayment for row in rows) == totals.disbursed
    assert sum(row.paid + row.prepayment for row in rows) == totals.cash_in - position.unapplied
    assert [row.opening for row in rows] == [totals.disbursed, *(row.closing for row in rows[:-1])]
    assert all(row.opening - row.principal - row.prepayment == row.closing for row in rows)
    assert all(row.amount == row.interest + row.principal + row.fees for row in rows)
    assert all(row.outstanding == row.amount - row.paid >= 0 for row in rows)
    assert rows[-1].closing == 0


@laws
@given(lived(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(loan: tuple[InstalmentTerms, list[Event]], chance: Any) -> None:
    terms, events = loan
    assert standing(terms, chance.sample(events, len(events))) == standing(terms, events)


@laws
@given(lived(), DAYS, st.data())
def test_a_reversal_restores_exactly(loan: tuple[InstalmentTerms, list[Event]], on: date, data: st.DataObject) -> None:
    terms, events = loan
    late = paid("late", data.draw(DAYS), data.draw(MONEY))
    target = data.draw(st.sampled_from([late, *events]))
    reversal = Event(id="undo", kind="reversal", on=on, target=target.id)
    without = [event for event in events if event is not target]
    assert standing(terms, [reversal, target, *without]) == standing(terms, without)


@laws
@given(lived(), DAYS)
def test_a_payoff_paid_on_its_date_leaves_nothing(loan: tuple[InstalmentTerms, list[Event]], on: date) -> None:
    terms, events = loan
    events = [event for event in events if event.on <= on]
    before = standing(terms, events, on)
    assume(before.payoff)
    events = [*events, Event(id="zz", kind="payoff", on=on, amount=before.payoff)]
    for as_of in (on, END):
        after = standing(terms, events, as_of)
        assert (after.principal, after.accrued_interest, after.fees, after.payoff) == (0, 0, 0, 0)
        assert after.unapplied == before.unapplied
        assert (after.dpd, after.instalments_satisfied) == (0, len(after.rows))
        assert all(row.outstanding == 0 for row in after.rows)


@laws
@given(lived(payoff_interests=("to_date",)), DAYS)
def test_instalments_paid_as_they_stand_end_the_loan_as_foretold(
    loan: tuple[InstalmentTerms, list[Event]], on: date
) -> None:
    terms, events = loan
    assume(terms.earning == "schedule" and terms.excess != "hold")
    events = [event for event in events if event.on < on]
    before = standing(terms, events, on)
    coming = [paid(f"z{row.k:03}", max(on, row.due_date), row.outstanding) for row in before.rows if row.outstanding]
    after = standing(terms, events + coming, max(END, before.rows[-1].due_date))
    assert (after.payoff, after.unapplied) == (0, before.unapplied)
    assert sum(row.interest for row in after.rows) == sum(row.interest for row in before.rows)


@laws
@given(lived(), DAYS)
def test_what_was_not_known_had_not_happened(loan: tuple[InstalmentTerms, list[Event]], known: date) -> None:
    terms, events = loan
    standing(terms, [])
    then = replay_instalments(terms, events, as_of=END, known_on=known)
    now = replay_instalments(terms, [event for event in events if event.on <= known], as_of=END)
    assert (then.rows, then.totals, then.payoff) == (now.rows, now.totals, now.payoff)


@laws
@given(lived())
def test_scheduled_interest_is_never_more_than_the_schedule_says(loan: tuple[InstalmentTerms, list[Event]]) -> None:
    terms, events = loan
    assume(terms.interest == "scheduled")
    position = standing(terms, events)
    interest = sum(row.interest for row in position.rows)
    assert interest == build_schedule(terms.schedule).total_interest - position.totals.interest_rebated
    assert position.totals.interest_rebated >= 0
