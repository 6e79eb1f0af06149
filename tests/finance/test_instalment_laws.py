"""Laws of loans whose interest belongs to their instalments, for every schedule and every history, drawn at random."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from itertools import permutations
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
from tests.finance.shorthand import ARRIVAL, Amounts, dollars, one_of_each

START = date(2023, 11, 20)
END = START + timedelta(500)
CALENDAR = [START + timedelta(k) for k in range(501)]
DAYS = st.sampled_from(CALENDAR)
AMOUNTS, MONEY = Amounts(1, 200_000), st.integers(1, 200_000).map(dollars)
METHODS = ("level", "interest_only", "equal_principal", "bullet", "step")
YES = (False, True)

laws = settings(max_examples=25, deadline=None)

some_schedule = one_of_each(
    range(1, 9),
    YES,
    ("30/360US", "ACT/360", "ACT/ACT"),
    YES,
    range(256),
    (D("0"), D("4.5"), D("12"), D("29.99")),
    ("biweekly", "monthly", "bimonthly"),
    ("HALF_UP", "HALF_EVEN"),
    ("nearest", "up"),
    Amounts(10_000, 300_000),
)


def schedule(draw: st.DrawFn, method: str) -> ScheduleTerms:
    n, daily, day_count, graced, grace, rate, frequency, rounding, payment_rounding, principal = some_schedule(draw)
    chosen: dict[str, Any] = {"n": 1 if method == "bullet" else n, "method": method}
    if daily:
        chosen |= {"interest_mode": "daily", "day_count": day_count}
    if method == "step":
        chosen["steps"] = (PaymentStep(from_row=1, percent=D("100")), PaymentStep(from_row=n, percent=D("130")))[:n]
    if n > 1 and method not in ("flat", "bullet") and graced:
        chosen["grace"] = Grace("principal", 1 + grace % (n - 1))
    return ScheduleTerms(
        principal=principal,
        rate=rate,
        frequency=frequency,
        start_date=START,
        rounding=rounding,
        payment_rounding=payment_rounding,
        **chosen,
    )


def some_loan(
    *,
    scheduled: tuple[bool, ...] = YES,
    earnings: tuple[str, ...] = EARNINGS,
    hold: tuple[str, ...] = ("hold",),
    payoffs: tuple[str, ...] = PAYOFF_INTERESTS,
) -> Callable[[st.DrawFn], list[Any]]:
    return one_of_each(
        scheduled,
        tuple(permutations(PARTS)),
        (*METHODS, "flat"),
        earnings,
        ("next", *hold),
        payoffs,
        METHODS,
        ("next", "shorten", *hold),
        ("next", "shorten", *hold, "reamortise"),
        [each for each in payoffs if each != "all"],
    )


@st.composite
def loans(draw: st.DrawFn, *, some: Callable[[st.DrawFn], list[Any]]) -> InstalmentTerms:
    scheduled, order, method, earning, excess, payoff, *recalculated = some(draw)
    if scheduled:
        return InstalmentTerms(
            schedule=schedule(draw, method),
            allocation_order=order,
            earning=earning,
            excess=excess,
            payoff_interest=payoff,
        )
    method, excess, with_reamortise, payoff = recalculated
    return InstalmentTerms(
        schedule=schedule(draw, method),
        interest="recalculated",
        allocation_order=order,
        excess=with_reamortise if method in REAMORTISABLE else excess,
        payoff_interest=payoff,
    )


KINDS = ("payment", "payment", "payment", "instalment", "fee", "fee_waiver", "payoff")
MOST = 8
an_event = (KINDS, (*KINDS, "principal_only"), range(256), CALENDAR, AMOUNTS)
some_events = one_of_each(range(MOST + 1), *an_event * MOST)


def history(draw: st.DrawFn, terms: InstalmentTerms) -> list[Event]:
    rows = build_schedule(terms.schedule).rows
    events = []
    count, *happened = some_events(draw)
    for k in range(count):
        scheduled, recalculated, instalment, on, amount = happened[5 * k : 5 * k + 5]
        kind = scheduled if terms.interest == "scheduled" else recalculated
        if kind == "instalment":
            row = rows[instalment % len(rows)]
            kind, on, amount = "payment", min(END, row.due_date), max(row.payment, D("0.01"))
        only = kind == "principal_only"
        events.append(Event(id=f"E{k}", kind="payment" if only else kind, on=on, amount=amount, principal_only=only))
    return events


ANY, SCHEDULED = some_loan(), some_loan(scheduled=(True,))
FORETOLD = some_loan(earnings=("schedule",), hold=(), payoffs=("to_date",))


@st.composite
def lived(draw: st.DrawFn, *, some: Callable[[st.DrawFn], list[Any]] = ANY) -> tuple[InstalmentTerms, list[Event]]:
    terms = draw(loans(some=some))
    return terms, history(draw, terms)


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
@given(loans(some=ANY))
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
@given(lived(), ARRIVAL)
def test_the_order_of_arrival_does_not_matter(loan: tuple[InstalmentTerms, list[Event]], chance: Any) -> None:
    terms, events = loan
    assert standing(terms, chance.sample(events, len(events))) == standing(terms, events)


@laws
@given(lived(), DAYS, DAYS, MONEY, ARRIVAL)
def test_a_reversal_restores_exactly(
    loan: tuple[InstalmentTerms, list[Event]], on: date, paid_on: date, amount: D, chance: Any
) -> None:
    terms, events = loan
    late = paid("late", paid_on, amount)
    target = chance.choice([late, *events])
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
@given(lived(some=FORETOLD), DAYS)
def test_instalments_paid_as_they_stand_end_the_loan_as_foretold(
    loan: tuple[InstalmentTerms, list[Event]], on: date
) -> None:
    terms, events = loan
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
@given(lived(some=SCHEDULED))
def test_scheduled_interest_is_never_more_than_the_schedule_says(loan: tuple[InstalmentTerms, list[Event]]) -> None:
    terms, events = loan
    position = standing(terms, events)
    interest = sum(row.interest for row in position.rows)
    assert interest == build_schedule(terms.schedule).total_interest - position.totals.interest_rebated
    assert position.totals.interest_rebated >= 0
