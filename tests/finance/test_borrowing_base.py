"""The borrowing base: each dollar counts under the first reason that catches it."""

from datetime import date, timedelta
from decimal import Decimal as D
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from finance.borrowing_base import REASONS, BorrowingBase, Debtor, Invoice, Params, borrowing_base
from tests.finance.shorthand import Amounts, one_of_each

TODAY = date(2024, 6, 30)
WIDE_OPEN = {"concentration_pct": D(100)}


def item(name: str, debtor: str, amount: str, age: int = 10, **changes: Any) -> Invoice:
    on = TODAY - timedelta(age)
    return Invoice(**{"id": name, "debtor": debtor, "invoice_date": on, "due_date": on, "amount": D(amount), **changes})


def base(debtors: list[Debtor], invoices: list[Invoice], /, **given: Any) -> BorrowingBase:
    amounts = {name: given.pop(name) for name in ("inventory_eligible", "loan_outstanding") if name in given}
    params = Params(**{**WIDE_OPEN, **given})
    return borrowing_base(as_of=TODAY, debtors=debtors, invoices=invoices, params=params, **amounts)


def test_a_disputed_credit_leaves_too() -> None:
    result = base([Debtor(id="A")], [item("1", "A", "100.00"), item("2", "A", "-30.00", disputed=True)])
    assert (result.gross, result.ineligible["disputed"], result.eligible) == (D("70.00"), D("-30.00"), D("100.00"))


def test_cross_age_is_inclusive_unless_the_agreement_says_otherwise() -> None:
    invoices = [item("1", "A", "50.00", age=91), item("2", "A", "50.00")]
    assert base([Debtor(id="A")], invoices).ineligible["cross_age"] == D("50.00")
    assert base([Debtor(id="A")], invoices, cross_age_inclusive=False).ineligible["cross_age"] == D("0.00")


def test_disputed_items_count_on_both_sides_of_the_cross_age_share() -> None:
    invoices = [item("1", "A", "60.00", age=91, disputed=True), item("2", "A", "40.00")]
    assert base([Debtor(id="A")], invoices).ineligible["cross_age"] == D("40.00")


def test_a_cross_aged_debtor_takes_its_credits_with_it() -> None:
    invoices = [item("1", "A", "60.00", age=91), item("2", "A", "-10.00")]
    result = base([Debtor(id="A")], invoices)
    assert (result.ineligible["over_age"], result.ineligible["cross_age"]) == (D("60.00"), D("-10.00"))
    assert result.eligible == D("0.00")


def test_age_runs_from_the_due_date_where_the_agreement_says_so() -> None:
    invoice = item("1", "A", "100.00", age=120, due_date=TODAY - timedelta(90))
    assert base([Debtor(id="A")], [invoice]).eligible == D("0.00")
    assert base([Debtor(id="A")], [invoice], age_basis="due_date").eligible == D("100.00")


def test_contra_is_at_most_the_balance_net_of_credits() -> None:
    invoices = [item("1", "A", "100.00"), item("2", "A", "-30.00")]
    assert base([Debtor(id="A", contra=D("500.00"))], invoices).ineligible["contra"] == D("70.00")
    in_credit = [item("1", "A", "-30.00")]
    assert base([Debtor(id="A", contra=D("500.00"))], in_credit).ineligible["contra"] == D("0.00")


def test_a_groups_excess_is_charged_to_its_largest_member_first_and_ties_go_by_id() -> None:
    debtors = [Debtor(id=name, group="G") for name in ("B", "A", "C")] + [Debtor(id="D")]
    invoices = [
        item(name, name, amount) for name, amount in zip("BACD", ("40.00", "40.00", "10.00", "10.00"), strict=True)
    ]
    result = base(debtors, invoices, concentration_pct=D(35))
    charged = {name: standing.ineligible["concentration"] for name, standing in result.debtors.items()}
    assert charged == {"B": D("15.00"), "A": D("40.00"), "C": D("0.00"), "D": D("0.00")}


def test_an_override_is_the_groups_or_the_lone_debtors() -> None:
    debtors = [Debtor(id="A", group="G"), Debtor(id="B")]
    invoices = [item("1", "A", "50.00"), item("2", "B", "50.00")]
    only_debtor = base(debtors, invoices, concentration_pct=D(20), concentration_overrides={"A": D(50), "B": D(40)})
    assert only_debtor.ineligible["concentration"] == D("40.00")
    group = base(debtors, invoices, concentration_pct=D(20), concentration_overrides={"G": D(50)})
    assert group.ineligible["concentration"] == D("30.00")


def test_reserves_dilution_cap_limit_and_over_advance() -> None:
    result = base(
        [Debtor(id="A")],
        [item("1", "A", "1000.00")],
        inventory_eligible=D("500.00"),
        loan_outstanding=D("900.00"),
        inventory_cap=D("100.00"),
        dilution_pct=D("8.5"),
        reserves=[D("50.00"), D("15.00")],
        facility_limit=D("800.00"),
    )
    assert (result.ar_advance, result.inventory_advance, result.dilution_reserve) == (
        D("850.00"),
        D("100.00"),
        D("35.00"),
    )
    assert (result.borrowing_base, result.line) == (D("850.00"), D("800.00"))
    assert (result.availability, result.over_advance) == (D("0.00"), D("100.00"))


def test_a_book_in_credit_lends_nothing() -> None:
    result = base([Debtor(id="A")], [item("1", "A", "-100.00")], dilution_pct=D("20"))
    assert (result.eligible, result.ar_advance, result.dilution_reserve, result.borrowing_base) == (
        D("-100.00"),
        D("0.00"),
        D("0.00"),
        D("0.00"),
    )


YES = (False, True)
NAMES, MOST = "ABCDEF", 20
a_debtor = (YES, YES, YES, (D("0.00"), D("75.00")), (None, "G", "A"))
an_invoice = (range(256), Amounts(-9_999, 99_999), range(201), YES)
some_book = one_of_each(
    range(1, len(NAMES) + 1), range(MOST + 1), range(720), *a_debtor * len(NAMES), *an_invoice * MOST
)


@st.composite
def books(draw: st.DrawFn) -> tuple[list[Debtor], list[Invoice]]:
    debtor_count, invoice_count, order, *drawn = some_book(draw)
    debtors, invoices = [], []
    for k, name in enumerate(Random(order).sample(NAMES, debtor_count)):
        affiliate, foreign, supported, contra, group = drawn[5 * k : 5 * k + 5]
        debtors.append(
            Debtor(
                id=name,
                affiliate=affiliate,
                foreign=foreign,
                foreign_supported=supported,
                contra=contra,
                group=group,
            )
        )
    drawn = drawn[5 * len(NAMES) :]
    for k in range(invoice_count):
        debtor, amount, age, disputed = drawn[4 * k : 4 * k + 4]
        invoices.append(item(str(k), debtors[debtor % debtor_count].id, str(amount), age, disputed=disputed))
    return debtors, invoices


@settings(max_examples=100, deadline=None)
@given(books())
def test_every_dollar_is_eligible_or_has_one_reason(book: tuple[list[Debtor], list[Invoice]]) -> None:
    debtors, invoices = book
    result = base(debtors, invoices, concentration_pct=D(30))
    assert result.gross == sum(invoice.amount for invoice in invoices)
    assert result.gross == result.eligible + result.total_ineligible
    for standing in result.debtors.values():
        assert standing.gross == standing.eligible + sum(standing.ineligible.values())
        assert standing.ineligible["concentration"] >= 0
    for reason in REASONS:
        assert result.ineligible[reason] == sum(s.ineligible[reason] for s in result.debtors.values())
    assert result.line - result.used == result.availability - result.over_advance
