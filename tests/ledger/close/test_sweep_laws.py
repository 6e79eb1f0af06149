"""The sweep in SQL is finance/, on drawn loans of every day count and rounding, over months, with a past that changes.

Each night accrues, charges and ages by its statements; whatever was found late or taken back in between, replaying the
events gives what stands, to the unit.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from itertools import count
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finance.errors import Refused
from ledger.close.night import start_night, work_night
from ledger.close.proof import replay_differences
from ledger.models import Loan, LoanBalance, LoanEvent, Night, NightException
from ledger.operations import change_rate, charge_fee, receive_payment, reverse_event
from tenants.models import Tenant
from tests.conftest import BUSINESS_DATE, make_product_version

ROUNDS = 3
FEES = [
    None,
    {"grace_days": 0, "percent": "5", "flat": None},
    {"grace_days": 10, "percent": "5", "flat": "12.34", "combine": "greater"},
    {"grace_days": 15, "percent": "2.5", "flat": "25.00", "combine": "lesser"},
]
AGREED = st.fixed_dictionaries(
    {
        "amount": st.integers(100_000, 5_000_000).map(lambda cents: str(D(cents) / 100)),
        "rate": st.integers(0, 360_000).map(lambda rate: str(D(rate) / 10_000)),
        "months": st.integers(3, 5),
        "disbursed_on": st.integers(0, 80).map(lambda days: BUSINESS_DATE - timedelta(days)),
    }
)
TERMS = st.fixed_dictionaries(
    {
        "day_count": st.sampled_from(["ACT/365F", "ACT/360", "ACT/ACT"]),
        "rounding": st.sampled_from(["HALF_UP", "HALF_EVEN"]),
        "residue": st.sampled_from(["drop", "carry"]),
        "past_due_tolerance": st.sampled_from(["0.00", "5.00"]),
        "late_fee": st.sampled_from(FEES),
    }
)
CENTS = st.integers(1, 60_000).map(lambda cents: D(cents) / 100)
# What happens to a loan before the nights of a round: what, how many days ago it counts from, and how much.
BETWEEN = st.tuples(
    st.sampled_from(["payment", "payment", "principal", "fee", "rate", "reversal", "nothing"]),
    st.sampled_from([0, 0, 1, 5, 33]),
    CENTS,
)


def happen(loan: Loan, what: str, on: date, amount: D, key: str) -> None:
    """What the business refuses does not happen."""
    common: dict[str, Any] = {"key": key, "by": None}
    try:
        if what in ("payment", "principal"):
            receive_payment(
                loan_id=loan.pk, amount=amount, effective_on=on, principal_only=what == "principal", **common
            )
        elif what == "fee":
            charge_fee(loan_id=loan.pk, amount=amount, effective_on=on, reason="x", **common)
        elif what == "rate":
            change_rate(loan_id=loan.pk, rate=amount / 50, effective_on=on, reason="x", **common)
        elif what == "reversal":
            event = LoanEvent.objects.filter(loan=loan).exclude(kind__in=["disbursement", "reversal"]).last()
            if event is not None:
                reverse_event(event_id=event.pk, reason="x", **common)
    except Refused:
        pass


def close_a_day(tenant: Tenant) -> Night:
    night = start_night()
    assert work_night(tenant.pk, night.pk)
    return night


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    loans=st.lists(
        st.tuples(TERMS, AGREED, st.lists(BETWEEN, min_size=ROUNDS, max_size=ROUNDS)), min_size=2, max_size=4
    ),
    apart=st.lists(st.integers(1, 6), min_size=ROUNDS, max_size=ROUNDS),
)
def test_months_of_nights_leave_what_a_replay_of_the_events_gives(
    tenant: Tenant, people: Any, make_loan: Callable[..., Loan], loans: list[Any], apart: list[int]
) -> None:
    numbers = count()
    with transaction.atomic():
        made = [
            make_loan(version=make_product_version(people.administrator, people.auditor, **terms), **agreed)
            for terms, agreed, _ in loans
        ]
        for round_, days in enumerate(apart):
            close_a_day(tenant)
            today = Tenant.objects.get().business_date
            for loan, (_, _, happenings) in zip(made, loans, strict=True):
                what, ago, amount = happenings[round_]
                happen(loan, what, today - timedelta(ago), amount, f"h-{next(numbers)}")
            for _ in range(days):
                night = close_a_day(tenant)
        assert list(NightException.objects.values_list("step", "sentence")) == []
        open_loans = [loan.pk for loan in made if LoanBalance.objects.get(pk=loan.pk).open]
        assert replay_differences([loan.pk for loan in made], late_fees_through=night.business_date) == []
        through = set(LoanBalance.objects.filter(pk__in=open_loans).values_list("accrued_through", flat=True))
        assert through <= {night.business_date}
        assert all(proof.holds for proof in night.proofs.all())
        transaction.set_rollback(True)
