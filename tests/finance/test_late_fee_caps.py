"""No late fee above the lower of contract and law."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.errors import BadInput
from finance.late_fee_caps import CapRow, NoLateFeeCap, cap_for, cap_table, capped
from finance.latefees import fee_amount, most_allowed
from finance.replay import Event, journal
from finance.terms import Instalment, LateFeeCap, LateFeeRule, LoanTerms
from tests.finance.shorthand import D, day

MADE = day("2024-06-01")


def fee(rule: LateFeeRule, instalment: str, unpaid: str | None = None) -> str:
    return str(fee_amount(rule, D(instalment), unpaid=None if unpaid is None else D(unpaid)))


def test_the_lower_of_contract_and_law_is_charged() -> None:
    contract = LateFeeRule(grace_days=10, percent=D("5"))
    assert fee(contract, "500.00") == "25.00"
    assert fee(capped(contract, "CA", "consumer_loan", MADE), "500.00") == "10.00"
    assert fee(capped(contract, "CA", "consumer_loan", MADE), "100.00") == "5.00"
    assert fee(capped(contract, "NY", "owner_occupied_mortgage", MADE), "500.00") == "10.00"


def test_a_tier_of_the_law_is_reached_by_the_grace_the_note_grants() -> None:
    assert cap_for("CA", "consumer_loan", MADE, 14).flat == D("10.00")
    assert cap_for("CA", "consumer_loan", MADE, 15).flat == D("15.00")
    assert cap_for("CA", "consumer_loan", MADE, 0).flat == D("10.00")


def test_the_greater_of_two_measures() -> None:
    contract = LateFeeRule(grace_days=10, flat=D("40.00"))
    alabama = capped(contract, "AL", "small_loan", MADE)
    assert [fee(alabama, amount) for amount in ("200.00", "360.00", "500.00", "900.00")] == [
        "18.00",
        "18.00",
        "25.00",
        "40.00",
    ]


def test_the_lesser_of_two_measures() -> None:
    contract = LateFeeRule(grace_days=15, flat=D("25.00"))
    title_i = capped(contract, "US", "title_i_property_improvement", MADE)
    assert [fee(title_i, amount) for amount in ("120.00", "400.00")] == ["6.00", "10.00"]


def test_a_share_of_what_is_unpaid() -> None:
    contract = LateFeeRule(grace_days=10, flat=D("25.00"), cap=LateFeeCap(percent=D("5"), basis="unpaid"))
    assert fee(contract, "400.00", "100.00") == "5.00"
    assert fee(contract, "400.00") == "20.00"


def test_a_lawful_share_is_cut_to_the_cent() -> None:
    rule = LateFeeRule(grace_days=15, percent=D("5"), cap=LateFeeCap(percent=D("5")))
    assert fee(LateFeeRule(grace_days=15, percent=D("5")), "106.70") == "5.34"  # 5.335, rounded
    assert fee(rule, "106.70") == "5.33"


def test_law_without_an_amount_leaves_the_contract_its_fee() -> None:
    assert most_allowed(LateFeeCap(grace_days=10), D("100.00"), D("100.00")) is None
    assert fee(LateFeeRule(grace_days=0, flat=D("30.00"), cap=LateFeeCap(grace_days=10)), "100.00") == "30.00"


def test_the_laws_grace_postpones_the_fee_and_a_part_payment_lowers_it() -> None:
    rows = (Instalment(due_date=day("2024-07-01"), amount=D("300.00")),)
    rows += (Instalment(due_date=day("2024-08-01"), amount=D("300.00")),)
    rule = LateFeeRule(grace_days=5, flat=D("25.00"), cap=LateFeeCap(grace_days=10, percent=D("5"), basis="unpaid"))
    terms = LoanTerms(rate=D("0"), day_count="ACT/365F", schedule=rows, late_fee=rule)
    events = [
        Event(id="E", kind="disburse", on=MADE, amount=D("600.00")),
        Event(id="P", kind="payment", on=day("2024-07-08"), amount=D("200.00")),
    ]
    fees = journal(terms, events, through=day("2024-07-31"), late_fees_through=day("2024-07-31")).late_fees
    assert [(each.on, each.amount) for each in fees] == [(day("2024-07-11"), D("5.00"))]  # 5 % of 100.00


def test_a_state_that_is_not_in_the_table_is_refused_with_what_to_do() -> None:
    with pytest.raises(NoLateFeeCap) as refusal:
        cap_for("TX", "consumer_loan", MADE, 10)
    assert str(refusal.value) == (
        "The law on late fees is not known for consumer loan in TX on 2024-06-01: add its row to the table of caps, "
        "with the citation, or charge no late fee."
    )
    with pytest.raises(NoLateFeeCap):
        cap_for("AL", "small_loan", day("2007-06-07"), 10)  # before the row begins


def test_a_row_holds_through_its_last_day() -> None:
    def row(start: str, end: str | None, flat: str) -> CapRow:
        return CapRow(
            state="ZZ", applies_to="loan", effective_from=day(start), effective_to=end and day(end),
            cap=LateFeeCap(flat=D(flat)), source="", status="checked", note="",
        )  # fmt: skip

    table = (row("2020-01-01", "2023-12-31", "5.00"), row("2024-01-01", None, "8.00"))
    found = [cap_for("ZZ", "loan", on, 0, rows=table).flat for on in (day("2023-12-31"), day("2024-01-01"))]
    assert found == [D("5.00"), D("8.00")]


def test_every_row_of_the_table_names_its_law_and_how_sure_it_is() -> None:
    assert len(cap_table()) == 9
    for row in cap_table():
        assert row.cap.citation
        assert row.source
        assert row.note
        assert row.status in ("checked", "illustrative")
        assert row.effective_from <= date(2026, 1, 1)


@pytest.mark.parametrize(
    "chosen",
    [{"grace_days": -1}, {"flat": D("-1")}, {"percent": D("-1")}, {"combine": "sum"}, {"basis": "balance"}],
)
def test_a_cap_without_a_meaning_is_refused(chosen: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=rf"^{next(iter(chosen))} cannot be "):
        LateFeeCap(**chosen)


AMOUNTS = st.integers(0, 10**6).map(lambda count: D(count).scaleb(-2))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(cap_table()), AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 20))
def test_no_fee_is_ever_above_what_either_allows(
    row: CapRow, flat: Any, instalment: Any, part: Any, percent: int
) -> None:
    contract = LateFeeRule(grace_days=20, flat=flat, percent=D(percent), combine="sum")
    rule = capped(contract, row.state, row.applies_to, max(row.effective_from, MADE))
    unpaid = min(part, instalment)
    charged = fee_amount(rule, instalment, unpaid=unpaid)
    assert charged <= fee_amount(contract, instalment)
    assert rule.cap is not None
    most = most_allowed(rule.cap, instalment, unpaid)
    assert most is not None
    assert 0 <= charged <= most
