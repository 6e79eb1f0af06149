"""Whatever is asked, the answer is a result or a sentence: never a crash."""

from hypothesis import given, settings
from hypothesis import strategies as st

from finance.apr import MethodsDisagree, apr_case
from finance.errors import Refused
from finance.schedule import schedule_case

DATES = st.sampled_from(["2024-01-31", "2024-02-29", "2023-12-31", "9999-12-31", "0001-01-01", "2024-01-15"])
AMOUNTS = st.sampled_from(["0.01", "1.00", "99.99", "1234.56", "9999999999999999.99"])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | DATES | AMOUNTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["date", "n", "type"]), inner),
    max_leaves=5,
)


def mostly(good):
    """Mostly a value of the right kind, now and then anything."""
    return st.integers(0, 9).flatmap(lambda roll: JUNK if roll == 0 else good)


SCHEDULES = st.fixed_dictionaries(
    {
        "principal": mostly(AMOUNTS),
        "rate": mostly(st.sampled_from(["0", "12.5", "999999.999999999999"])),
        "n": mostly(st.integers(1, 40)),
        "frequency": mostly(st.sampled_from(["weekly", "semimonthly", "monthly", "quarterly", "annual"])),
        "method": mostly(st.sampled_from(["level", "balloon", "interest_only", "equal_principal", "bullet"])),
        "start_date": mostly(DATES),
    },
    optional={
        "first_due_date": mostly(DATES),
        "due_day": mostly(st.integers(1, 31)),
        "due_days": mostly(st.lists(st.integers(1, 31), min_size=2, max_size=2)),
        "month_end": mostly(st.booleans()),
        "interest_mode": mostly(st.sampled_from(["periodic", "daily"])),
        "day_count": mostly(st.sampled_from(["30/360US", "ACT/ACT", "ACT/360"])),
        "odd_first": mostly(st.sampled_from(["solve", "separate", "ignore"])),
        "payment_amount": mostly(AMOUNTS),
        "balloon_amount": mostly(AMOUNTS),
        "amort_n": mostly(st.integers(1, 40)),
        "grace": mostly(
            st.fixed_dictionaries(
                {"type": mostly(st.sampled_from(["principal", "capitalise", "defer"])), "n": mostly(st.integers(0, 4))}
            )
        ),
        "adjust": mostly(st.sampled_from(["none", "following", "modified_following", "preceding"])),
        "holidays": mostly(st.lists(mostly(DATES), max_size=3)),
        "accrual_dates": mostly(st.sampled_from(["adjusted", "unadjusted"])),
        "rounding": mostly(st.sampled_from(["HALF_UP", "HALF_EVEN"])),
        "payment_rounding": mostly(st.sampled_from(["nearest", "up"])),
        "payment_unit": mostly(AMOUNTS),
    },
)
FLOWS = st.lists(mostly(st.fixed_dictionaries({"date": mostly(DATES), "amount": mostly(AMOUNTS)})), max_size=4)
TRANSACTIONS = st.fixed_dictionaries(
    {"advances": mostly(FLOWS), "payments": mostly(FLOWS)},
    optional={"unit": mostly(st.sampled_from([["month", 2], ["week", 52], "semimonth", "year"]))},
)


def answer_or_refusal(case, given):
    """What a case answers, or how it refuses. Anything else that is raised fails the test."""
    try:
        return case(given)
    except Refused as refusal:
        return refusal


def names_its_field(refusal):
    """A sentence that begins with the field; or that a stream of money has several rates."""
    if isinstance(refusal, MethodsDisagree):
        return True
    return bool(refusal.field) and str(refusal).startswith(f"{refusal.field} cannot be ")


@settings(max_examples=250, deadline=None)
@given(SCHEDULES | JUNK)
def test_a_schedule_is_answered_or_refused(given):
    answer = answer_or_refusal(schedule_case, given)
    assert names_its_field(answer) if isinstance(answer, Refused) else answer["rows"][-1]["closing"] == "0.00"


@settings(max_examples=250, deadline=None)
@given(TRANSACTIONS | JUNK)
def test_a_rate_is_answered_or_refused(given):
    answer = answer_or_refusal(apr_case, given)
    assert names_its_field(answer) if isinstance(answer, Refused) else answer["tolerance"] in ("0.125", "0.250")
