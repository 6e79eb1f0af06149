"""Whatever is asked, the answer is a result or a sentence: never a crash."""

import copy
from random import Random

from finance.apr import MethodsDisagree, apr_case
from finance.errors import Refused
from finance.schedule import schedule_case
from tests.finance.shorthand import JUNK, spots

DATES = ["2024-01-31", "2024-02-29", "2023-12-31", "9999-12-31", "0001-01-01", "2024-01-15"]
AMOUNTS = ["0.01", "1.00", "99.99", "1234.56", "9999999999999999.99"]
COUNTS = [1, 2, 3, 12, 31, 40]

REQUIRED = {
    "principal": AMOUNTS,
    "rate": ["0", "12.5", "999999.999999999999"],
    "n": COUNTS,
    "frequency": ["weekly", "semimonthly", "monthly", "quarterly", "annual"],
    "method": ["level", "balloon", "interest_only", "equal_principal", "bullet"],
    "start_date": DATES,
}
OPTIONAL = {
    "first_due_date": DATES,
    "due_day": [1, 15, 29, 31],
    "due_days": [[1, 16], [15, 31], [30, 31], [31, 31]],
    "month_end": [True, False],
    "interest_mode": ["periodic", "daily"],
    "day_count": ["30/360US", "ACT/ACT", "ACT/360"],
    "odd_first": ["solve", "separate", "ignore"],
    "payment_amount": AMOUNTS,
    "balloon_amount": AMOUNTS,
    "amort_n": COUNTS,
    "grace": [{"type": kind, "n": n} for kind in ("principal", "capitalise", "defer") for n in (0, 1, 4)],
    "adjust": ["none", "following", "modified_following", "preceding"],
    "holidays": [[], ["2024-01-31", "2024-02-29"]],
    "accrual_dates": ["adjusted", "unadjusted"],
    "rounding": ["HALF_UP", "HALF_EVEN"],
    "payment_rounding": ["nearest", "up"],
    "payment_unit": AMOUNTS,
}
UNITS = [["month", 2], ["week", 52], "semimonth", "year"]


def schedule(chance):
    asked = dict(REQUIRED)
    asked |= {name: OPTIONAL[name] for name in chance.sample(sorted(OPTIONAL), chance.choice([0, 1, 2, 3, 5, 9]))}
    return {name: chance.choice(values) for name, values in asked.items()}


def transaction(chance):
    flows = [{"date": chance.choice(DATES), "amount": chance.choice(AMOUNTS)} for _ in range(chance.randint(0, 6))]
    if chance.random() < 0.7:
        flows.sort(key=lambda flow: flow["date"])
    cut = chance.choice([1, 1, 1, 0, 2])
    unit = {"unit": chance.choice(UNITS)} if chance.random() < 0.4 else {}
    return {"advances": flows[:cut], "payments": flows[cut:], **unit}


def cases(draw, count):
    """Cases, half of them with up to three spots, wherever they are, holding anything at all."""
    chance = Random(3)
    yield from JUNK
    for _ in range(count):
        case = copy.deepcopy(draw(chance))
        for _ in range(chance.choice([0, 0, 0, 1, 2, 3])):
            holder, key = chance.choice(spots(case))
            holder[key] = copy.deepcopy(chance.choice(JUNK))
        yield case


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


def test_a_schedule_is_answered_or_refused():
    answered = 0
    for given in cases(schedule, 1_000):
        answer = answer_or_refusal(schedule_case, given)
        if isinstance(answer, Refused):
            assert names_its_field(answer), (given, answer)
        else:
            answered += 1
            assert answer["rows"][-1]["closing"] == "0.00", given
    assert answered > 100


def test_a_rate_is_answered_or_refused():
    answered = 0
    for given in cases(transaction, 1_000):
        answer = answer_or_refusal(apr_case, given)
        if isinstance(answer, Refused):
            assert names_its_field(answer), (given, answer)
        else:
            answered += 1
            assert answer["tolerance"] in ("0.125", "0.250"), given
    assert answered > 50
