"""Laws that hold for every schedule, over drawn terms; and QuantLib on the dates."""

from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction as F
from random import Random

import QuantLib as ql
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from finance.calendars import date_in_month, holidays_between, is_month_end, month_number
from finance.daycount import DAY_COUNTS, year_fraction
from finance.duedates import due_dates, pay_dates
from finance.errors import BadInput
from finance.money import ROUNDINGS, cents, round_to
from finance.schedule import Grace, ScheduleTerms, build_schedule
from finance.schedule_terms import FREQUENCIES, GRACE_TYPES, METHODS
from tests.finance.shorthand import Amounts, one_of_each

START_DAYS = (date(2061, 1, 1) - date(1990, 1, 1)).days


class Holidays(frozenset):
    """Holidays that a failing example does not list one by one."""

    def __repr__(self):
        return "FED"


FED = Holidays(holidays_between("federal_reserve", date(1990, 1, 1), date(2090, 1, 1)))
RESERVE_BANKS = ql.UnitedStates(ql.UnitedStates.FederalReserve)
RULES = {"none": ql.Unadjusted, "following": ql.Following, "modified_following": ql.ModifiedFollowing,
         "preceding": ql.Preceding}  # fmt: skip


YES = (False, True)
some_terms = one_of_each(
    METHODS[:5],  # by step, by hand and flat: test_schedule_methods.py
    range(1, 31),
    sorted(FREQUENCIES),
    ROUNDINGS,
    ("nearest", "up"),
    (D("0.01"), D("0.05"), D("1.00")),
    ("none", "following", "modified_following"),
    ("adjusted", "unadjusted"),
    YES,
    ((1, 16), (15, 31), (5, 20), (10, 25)),
    (1, 2, 3),
    (0, 1),
    ("usual", "first_due_date", "due_day"),
    range(1, 32),
    range(1, 501),
    range(START_DAYS),
    Amounts(100, 10**9),
    range(60_001),
)
some_choices = one_of_each(
    YES,
    GRACE_TYPES,
    range(30),
    YES,
    DAY_COUNTS,
    ("solve", "ignore"),
    ("solve", "ignore", "separate"),
    YES,
    range(101),
    range(1, 61),
)


@st.composite
def schedule_terms(draw):
    method, n, frequency, rounding, payment_rounding, unit, moved, accrual, month_end, *timing = some_terms(draw)
    due_days, months, which, way, due_day, first, started, principal, thousandths = timing
    n = 1 if method == "bullet" else n
    start = date(1990, 1, 1) + timedelta(started)
    chosen = {
        "principal": principal, "rate": D(thousandths).scaleb(-3), "n": n, "method": method,
        "start_date": start, "frequency": frequency, "rounding": rounding, "payment_rounding": payment_rounding,
        "payment_unit": unit, "adjust": moved, "holidays": FED, "accrual_dates": accrual, "month_end": month_end,
    }  # fmt: skip
    if frequency == "semimonthly":
        chosen["due_days"] = due_days
        chosen["first_due_date"] = date_in_month(month_number(start) + months, due_days[which])
    elif way == "first_due_date":
        chosen["first_due_date"] = start + timedelta(days=first)
    elif way == "due_day":
        chosen["due_day"] = due_day
    graced, grace, ungraced, daily, day_count, after_grace, odd_first, amount, percent, amort_n = some_choices(draw)
    if n > 1 and graced:
        chosen["grace"] = Grace(grace, ungraced % n)
    if daily:
        chosen |= {"interest_mode": "daily", "day_count": day_count}
    else:
        chosen["odd_first"] = after_grace if "grace" in chosen and chosen["grace"].n else odd_first
    if method == "balloon":
        if daily or amount:
            chosen["balloon_amount"] = cents(chosen["principal"] * percent / 100)
        else:
            chosen["amort_n"] = amort_n
    return ScheduleTerms(**chosen)


def built(terms):
    """The schedule. Two things are refused: row 1 left nothing to pay with, by a payment rounded to whole dollars; and
    a month's end moved back before the start, for a loan made and first due within one closed weekend."""
    try:
        return build_schedule(terms)
    except BadInput as refused:
        if (refused.field, terms.odd_first) != ("payment_unit", "separate") and (
            refused.field,
            terms.adjust,
            (due_dates(terms)[0] - terms.start_date).days < 4,
        ) != ("adjust", "modified_following", True):
            raise
        reject()


def plain_first_length(terms, first_due):
    """The first period in periods, counting months back one by one."""
    if terms.first_due_date is None and terms.due_day is None:
        return F(1)
    if terms.frequency in ("weekly", "biweekly"):
        return F((first_due - terms.start_date).days, 7 if terms.frequency == "weekly" else 14)
    months_in_period = F(12, FREQUENCIES[terms.frequency].per_year)
    anchor = terms.first_due_date or terms.start_date
    aim = first_due.day
    if terms.frequency != "semimonthly":
        aim = 31 if terms.month_end and is_month_end(anchor) else terms.due_day or anchor.day
    months, at = 0, first_due
    while (earlier := date_in_month(month_number(first_due) - months - 1, aim)) >= terms.start_date:
        months, at = months + 1, earlier
    return (30 * months + (at - terms.start_date).days) / (30 * months_in_period)


def plain_rates(terms, schedule):
    """Each row's rate, and the rate of a plain period, as the contract says them."""
    a_year = F(terms.rate) / 100
    if terms.interest_mode == "periodic":
        plain = a_year / FREQUENCIES[terms.frequency].per_year
        first = plain * plain_first_length(terms, schedule.rows[0].due_date)
        return [first] + [plain] * (terms.n - 1), plain
    ends = [row.pay_date if terms.accrual_dates == "adjusted" else row.due_date for row in schedule.rows]
    starts = [terms.start_date, *ends]
    return [a_year * year_fraction(terms.day_count, *span) for span in zip(starts, ends, strict=False)], None


def amortises_to_zero_and_places_every_cent_once(terms, schedule):
    rows = schedule.rows
    assert [row.k for row in rows] == list(range(1, terms.n + 1))
    assert [row.opening for row in rows] == [terms.principal, *(row.closing for row in rows[:-1])]
    assert all(row.opening - row.principal == row.closing for row in rows)
    assert rows[-1].closing == 0
    assert sum(row.principal for row in rows) == terms.principal
    capitalised = sum((row.interest_accrued for row in rows if row.payment != row.interest + row.principal), D(0))
    assert all(row.payment == 0 for row in rows if row.payment != row.interest + row.principal)
    assert sum(row.interest_accrued for row in rows) == schedule.total_interest + capitalised
    assert schedule.total_payments == terms.principal + schedule.total_interest + capitalised
    assert schedule.final_payment == rows[-1].payment
    assert all(row.payment >= 0 for row in rows)


def each_row_accrues_its_rate_on_its_opening_balance_rounded_once(terms, schedule):
    rates, _ = plain_rates(terms, schedule)
    assert [row.interest_accrued for row in schedule.rows] == [
        cents(F(row.opening) * rate, terms.rounding) for row, rate in zip(schedule.rows, rates, strict=True)
    ]


def the_regular_payment_is_what_discounts_to_the_balance(terms, schedule):
    if not terms.is_level:
        assert schedule.regular_payment is None
        return
    rates, plain = plain_rates(terms, schedule)
    rates = rates[terms.grace_rows :]
    if terms.odd_first != "solve":
        rates[0] = plain
    if terms.method == "balloon" and terms.amort_n:
        rates = [*rates, *[plain] * 60][: terms.amort_n]
    discount, discounts = F(1), []
    for rate in rates:
        discount /= 1 + rate
        discounts.append(discount)
    balloon = F(terms.balloon_amount or 0) if terms.method == "balloon" else 0
    exact = (F(schedule.rows[terms.grace_rows].opening) - balloon * discounts[-1]) / sum(discounts)
    rounding = "UP" if terms.payment_rounding == "up" else terms.rounding
    assert schedule.regular_payment == round_to(exact, terms.payment_unit, rounding)


def due_dates_ascend_and_paying_dates_are_open(terms, schedule):
    due = [row.due_date for row in schedule.rows]
    assert due == sorted(set(due))
    assert due[0] > terms.start_date
    if terms.adjust != "none":
        assert all(row.pay_date.weekday() < 5 and row.pay_date not in FED for row in schedule.rows)
    else:
        assert [row.pay_date for row in schedule.rows] == due


@settings(max_examples=200, deadline=None)
@given(schedule_terms())
def test_laws_of_every_schedule(terms):
    schedule = built(terms)
    amortises_to_zero_and_places_every_cent_once(terms, schedule)
    each_row_accrues_its_rate_on_its_opening_balance_rounded_once(terms, schedule)
    the_regular_payment_is_what_discounts_to_the_balance(terms, schedule)
    due_dates_ascend_and_paying_dates_are_open(terms, schedule)


def test_quantlib_makes_the_same_dates():
    chance = Random(1)
    for _ in range(1000):
        chosen = {
            "start_date": date(1990, 1, 1) + timedelta(chance.randrange(26_000)),
            "frequency": chance.choice([name for name in FREQUENCIES if name != "semimonthly"]),
            "n": chance.randint(1, 25),
            "month_end": chance.random() < 0.5,
            "adjust": chance.choice(sorted(RULES)),
        }
        if chance.random() < 0.3:
            chosen["start_date"] = date_in_month(month_number(chosen["start_date"]), 31)
        terms = ScheduleTerms(principal=D("1000.00"), rate=D("5"), method="level", holidays=FED, **chosen)
        due, paid = quantlib_dates(terms)
        assert list(due_dates(terms)) == due, chosen
        assert list(pay_dates(terms, due_dates(terms))) == paid, chosen


def quantlib_dates(terms):
    step, start = FREQUENCIES[terms.frequency], terms.start_date
    tenor = ql.Period(step.days, ql.Days) if step.days else ql.Period(step.months, ql.Months)
    first = ql.Date(start.day, start.month, start.year)
    anchored_at_end = terms.month_end and not step.days
    last = ql.NullCalendar().advance(first, tenor * terms.n, ql.Unadjusted, anchored_at_end and is_month_end(start))
    peer = ql.Schedule(
        first, last, tenor, ql.NullCalendar(), ql.Unadjusted, ql.Unadjusted, ql.DateGeneration.Forward, anchored_at_end
    )
    due = [day.to_date() for day in peer][1:]
    return due, [RESERVE_BANKS.adjust(day, RULES[terms.adjust]).to_date() for day in list(peer)[1:]]
