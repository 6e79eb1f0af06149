"""Terms that cannot be serviced are refused in a sentence that names the field."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from finance.errors import BadInput
from finance.terms import Instalment, LateFeeRule, LoanTerms


def terms(**changes: Any) -> LoanTerms:
    rows = (
        Instalment(due_date=date(2024, 2, 15), amount=D("100.00")),
        Instalment(due_date=date(2024, 3, 15), amount=D("50.00")),
    )
    return LoanTerms(**{"rate": D("12"), "day_count": "ACT/365F", "schedule": rows, **changes})


def test_the_defaults_are_the_conventions() -> None:
    note = terms()
    assert note.allocation_order == ("fees", "interest", "principal")
    assert (note.rounding, note.residue, note.past_due_tolerance) == ("HALF_UP", "drop", D("0.00"))
    assert note.bucket_edges == (1, 30, 60, 90, 120)
    assert note.cumulative == (D("100.00"), D("150.00"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"rate": D("-1")}, 'rate cannot be "-1": it must be a percentage, zero or more.'),
        ({"day_count": "30/360US"}, 'day_count cannot be "30/360US": it must be one of ACT/365F, ACT/360, ACT/ACT.'),
        ({"rounding": "UP"}, 'rounding cannot be "UP": it must be one of HALF_UP, HALF_EVEN.'),
        ({"residue": "keep"}, 'residue cannot be "keep": it must be one of drop, carry.'),
        (
            {"allocation_order": ("fees", "interest")},
            'allocation_order cannot be "fees, interest": it must be fees, interest and principal, each once.',
        ),
        ({"past_due_tolerance": D("-0.01")}, 'past_due_tolerance cannot be "-0.01": it must be zero or more.'),
        (
            {"bucket_edges": (1, 30, 30)},
            "bucket_edges cannot be [1, 30, 30]: it must be whole days from 1 up, each above the last.",
        ),
        (
            {"schedule": (Instalment(due_date=date(2024, 2, 15), amount=D("-1.00")),)},
            'schedule[0].amount cannot be "-1.00": it must be zero or more.',
        ),
        (
            {"schedule": tuple(Instalment(due_date=date(2024, month, 15), amount=D("1.00")) for month in (3, 2))},
            'schedule[1].due_date cannot be "2024-02-15": it must be 2024-03-15 or later, '
            "as instalments stand in the order of their dates.",
        ),
    ],
)
def test_terms_that_cannot_be_serviced_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInput) as refusal:
        terms(**changes)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"grace_days": -1, "flat": D("25.00")}, "grace_days"),
        ({"grace_days": 10}, "percent"),
        ({"grace_days": 10, "percent": D("-5")}, "percent"),
        ({"grace_days": 10, "flat": D("-25.00")}, "flat"),
        ({"grace_days": 10, "flat": D("25.00"), "combine": "product"}, "combine"),
    ],
)
def test_a_late_fee_rule_without_sense_is_refused(rule: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        LateFeeRule(**rule)
    assert refusal.value.field == field
