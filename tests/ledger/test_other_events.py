"""The books of non-accrual, capitalisation, held money, escrow, draws, payoff, small balances, sale and buy-back."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest

from finance.disposal import NotSold
from finance.errors import Refused
from ledger import operations
from ledger.boarding import AgreedTerms, board_loan
from ledger.close.policies import candidates
from ledger.errors import (
    AboveTolerance,
    EventsFollow,
    LoanNotOpen,
    MoneyIsHeld,
    NotALine,
    NotHeld,
    NothingIsOwed,
    NothingToCapitalise,
    NothingToDraw,
    PayoffDiffers,
    StatusStands,
    StillOurs,
)
from ledger.models import Accrual, Entry, Loan, LoanBalance, LoanEvent, Posting
from ledger.operations.draws import available
from ledger.replay import difference
from ledger.standing import read_account
from tests.conftest import BUSINESS_DATE, People, make_product_version

OCTOBER, NOVEMBER, DECEMBER = date(2008, 10, 30), date(2008, 11, 30), date(2008, 12, 30)
Act = Callable[..., LoanEvent]


def lines(event: LoanEvent) -> dict[str, D]:
    """{role: debit less credit} of everything the event posted."""
    found: dict[str, D] = {}
    for row in Posting.objects.filter(entry__event=event).select_related("account"):
        found[row.account.role] = found.get(row.account.role, D(0)) + row.debit - row.credit
    return {role: amount for role, amount in found.items() if amount}


def stands(loan: Loan, *names: str) -> tuple[Any, ...]:
    balance = LoanBalance.objects.get(pk=loan.pk)
    return tuple(getattr(balance, name) for name in names)


def check_proved(loan: Loan) -> None:
    through = LoanBalance.objects.get(pk=loan.pk).accrued_through
    assert difference(loan, through=through, late_fees_through=date(2008, 12, 30)).nothing


@pytest.fixture
def do(loan: Loan, people: People) -> Act:
    """do("charge_fee", amount="25.00") on the loan, by operations, today."""
    done = iter(range(1000))

    def act(name: str, amount: str | None = None, on: date = BUSINESS_DATE, to: Loan | None = None, **more: Any) -> Any:
        given = {"loan_id": (to or loan).pk, "effective_on": on, "by": people.operations, "key": f"k-{next(done)}"}
        if amount is not None:
            given["amount"] = D(amount)
        return getattr(operations, name)(**given | more)

    return act


def check_refused(act: Callable[[], Any], error: type[Refused], sentence: str) -> None:
    """Refused with that sentence (but for the loan's number), and nothing moved."""
    tables = (LoanEvent, Entry, Posting, Accrual)
    before = [table.objects.count() for table in tables]
    with pytest.raises(error) as refusal:
        act()
    assert sentence in str(refusal.value)
    assert [table.objects.count() for table in tables] == before


# Non-accrual. 12,000.00 at 9.5 % since 30 September: 93.70 to 30 October, 190.52 to 30 November, 287.34 to 31 December.


def test_uncollected_interest_leaves_income_and_later_interest_goes_into_suspense(loan: Loan, do: Act) -> None:
    event = do("place_on_nonaccrual", on=NOVEMBER, reason="Payments stopped")
    assert lines(event) == {"interest_income": D("190.52"), "suspense": D("-190.52")}
    do("charge_fee", "5.00", reason="x")  # brings the loan to today
    assert stands(loan, "interest", "suspense", "nonaccrual") == (D("287.34"), D("287.34"), True)
    row = Accrual.objects.get(loan=loan, effective_on=BUSINESS_DATE)
    assert (row.amount, row.suspended) == (D("96.82"), D("96.82"))
    check_proved(loan)


def test_a_back_dated_nonaccrual_takes_the_interest_since_out_of_income(loan: Loan, do: Act) -> None:
    do("charge_fee", "5.00", reason="x")
    event = do("place_on_nonaccrual", on=NOVEMBER, reason="x")
    assert lines(event) == {"interest_income": D("190.52"), "suspense": D("-190.52")}
    # On 30 November no interest had a row: the row of today is split in two, and the later part is suspended.
    rows = {row.effective_on: (row.amount, row.suspended) for row in event.accruals.all()}
    assert rows == {NOVEMBER: (D("190.52"), D("0.00")), BUSINESS_DATE: (D("-190.52"), D("96.82"))}
    assert stands(loan, "interest", "suspense") == (D("287.34"), D("287.34"))
    check_proved(loan)


def test_interest_paid_on_nonaccrual_is_income_on_a_cash_basis(loan: Loan, do: Act) -> None:
    do("place_on_nonaccrual", on=NOVEMBER, reason="x")
    event = do("receive_payment", "300.00")
    assert lines(event) == {
        "cash": D("300.00"), "interest": D("-287.34"), "principal": D("-12.66"),
        "suspense": D("287.34"), "interest_income": D("-287.34"),
    }  # fmt: skip
    assert stands(loan, "principal", "interest", "suspense", "applied") == (D("11987.34"), 0, 0, 0)
    check_proved(loan)


def test_interest_paid_under_cost_recovery_lowers_principal_in_the_books_only(
    make_loan: Callable[..., Loan], people: People, do: Act
) -> None:
    version = make_product_version(
        people.administrator, people.portfolio_manager, nonaccrual={"cash": "cost_recovery", "days": 60}
    )
    loan = make_loan(version=version)
    do("place_on_nonaccrual", to=loan, on=NOVEMBER, reason="x")
    event = do("receive_payment", "300.00", to=loan)
    assert lines(event) == {
        "cash": D("300.00"), "interest": D("-287.34"), "principal": D("-12.66"),
        "suspense": D("287.34"), "applied": D("-287.34"),
    }  # fmt: skip
    last = do("receive_payment", "11987.34", to=loan)
    assert lines(last) == {
        "cash": D("11987.34"), "principal": D("-11987.34"), "applied": D("287.34"), "interest_income": D("-287.34"),
    }  # fmt: skip
    assert stands(loan, "applied", "open") == (D("0.00"), False)
    check_proved(loan)


def test_a_charge_off_of_a_loan_on_nonaccrual_loses_only_what_was_counted(loan: Loan, do: Act) -> None:
    do("place_on_nonaccrual", on=NOVEMBER, reason="x")
    event = do("charge_off_loan", reason="x")
    assert lines(event) == {
        "principal": D("-12000.00"), "principal_charged_off": D("12000.00"),
        "interest": D("-287.34"), "suspense": D("287.34"),
    }  # fmt: skip
    assert stands(loan, "written_off", "suspense") == (D("12287.34"), D("0.00"))
    check_proved(loan)


def test_a_loan_returns_to_accrual_when_it_is_current_and_has_performed(
    make_loan: Callable[..., Loan], people: People, do: Act
) -> None:
    version = make_product_version(
        people.administrator, people.portfolio_manager, nonaccrual={"payments": 2, "restoration": "at_once"}
    )
    loan = make_loan(version=version)
    do("place_on_nonaccrual", to=loan, on=date(2008, 10, 10), reason="x")
    do("receive_payment", "1052.21", to=loan, on=OCTOBER)
    restore = lambda: do("restore_accrual", to=loan, on=DECEMBER, reason="It performs")  # noqa: E731
    check_refused(
        restore,
        Refused,
        "The loan cannot return to accrual: it is 30 days past due with 0 payments made in a row. "
        "It can once it is current and has made 2.",
    )
    do("receive_payment", "2104.42", to=loan, on=DECEMBER)
    # November's instalment was met on the day the next one fell due, December's at once; interest is all paid.
    event = restore()
    assert lines(event) == {}
    assert stands(loan, "nonaccrual", "suspense") == (False, D("0.00"))
    check_refused(restore, StatusStands, "is on accrual already on 2008-12-30: nothing changes.")
    operations.reverse_event(event_id=event.pk, reason="x", key="undo", by=people.operations)
    assert stands(loan, "nonaccrual") == (True,)
    check_proved(loan)


def test_a_loan_is_put_on_nonaccrual_once(do: Act) -> None:
    place = lambda: do("place_on_nonaccrual", reason="x")  # noqa: E731
    place()
    check_refused(place, StatusStands, "is on non-accrual already on 2008-12-31: nothing changes.")


# Capitalisation


def test_interest_and_fees_become_principal_and_bear_interest(loan: Loan, do: Act) -> None:
    do("charge_fee", "30.00", on=OCTOBER, reason="x")
    interest = do("capitalise", on=NOVEMBER, part="interest", reason="Clause 4(b)")
    fees = do("capitalise", "20.00", on=NOVEMBER, part="fees", reason="Clause 4(c)")
    assert lines(interest) == {"principal": D("190.52"), "interest": D("-190.52")}
    assert lines(fees) == {"principal": D("20.00"), "fees": D("-20.00")}
    do("charge_fee", "1.00", reason="x")
    # 12,210.52 at 9.5 % for 31 days is 98.52.
    assert stands(loan, "principal", "interest", "fees") == (D("12210.52"), D("98.52"), D("11.00"))
    check_proved(loan)


def test_capitalising_suspended_interest_does_not_raise_principal_in_the_books(loan: Loan, do: Act) -> None:
    do("place_on_nonaccrual", on=NOVEMBER, reason="x")
    event = do("capitalise", part="interest", reason="x")
    assert lines(event) == {
        "principal": D("287.34"), "interest": D("-287.34"), "suspense": D("287.34"), "applied": D("-287.34"),
    }  # fmt: skip
    check_proved(loan)


def test_what_is_not_owed_cannot_be_capitalised(do: Act) -> None:
    check_refused(
        lambda: do("capitalise", part="fees", reason="x"), NothingIsOwed, "owes nothing of fees on 2008-12-31"
    )
    check_refused(
        lambda: do("capitalise", "287.35", part="interest", reason="x"),
        NothingToCapitalise,
        "owes $287.34 of interest, less than the $287.35 to capitalise: capitalise at most that.",
    )


# Held money and escrow


def test_held_money_is_applied_and_refunded_and_never_more_than_is_held(loan: Loan, do: Act) -> None:
    paid = do("receive_payment", "12300.00", on=DECEMBER)  # 12,284.22 is owed: 15.78 is held, the loan is paid off
    assert stands(loan, "unapplied", "open") == (D("15.78"), False)
    check_refused(
        lambda: do("refund_credit", "15.79", reason="x"),
        NotHeld,
        "holds $15.78 unapplied, less than $15.79: take at most that.",
    )
    refund = do("refund_credit", "10.00", reason="Cheque 12")
    assert lines(refund) == {"cash": D("-10.00"), "unapplied": D("10.00")}
    assert stands(loan, "unapplied", "open") == (D("5.78"), False)
    # The payment bounces: what was refunded is owed, like a fee.
    back = operations.reverse_event(event_id=paid.pk, reason="R01", key="r01", by=None)
    assert stands(loan, "principal", "interest", "fees", "unapplied", "open") == (
        D("12000.00"), D("287.34"), D("10.00"), D("0.00"), True,
    )  # fmt: skip
    assert lines(back)["fees"] == D("10.00")
    check_proved(loan)


def test_held_money_pays_what_a_reversed_waiver_brings_back(loan: Loan, do: Act) -> None:
    do("charge_fee", "40.00", on=OCTOBER, reason="x")
    waived = do("waive_fee", "40.00", on=OCTOBER, reason="x")
    do("receive_payment", "12300.00", on=DECEMBER)
    operations.reverse_event(event_id=waived.pk, reason="x", key="no waiver", by=None)
    # The payment now pays the fee too: 24.22 of principal stay owed, and nothing is held.
    assert stands(loan, "principal", "unapplied", "open") == (D("24.22"), D("0.00"), True)
    do("receive_payment", "50.00", on=DECEMBER, principal_only=True)
    assert stands(loan, "unapplied", "open") == (D("25.78"), False)
    check_proved(loan)


def test_held_money_is_applied_in_the_order_of_the_loan(loan: Loan, do: Act) -> None:
    do("receive_payment", "12010.00", on=OCTOBER, principal_only=True)  # principal-only: 93.70 of interest stays owed
    assert stands(loan, "principal", "interest", "unapplied") == (D("0.00"), D("93.70"), D("10.00"))
    event = do("apply_credit", "10.00")
    assert lines(event) == {"unapplied": D("10.00"), "interest": D("-10.00")}
    assert stands(loan, "interest", "unapplied") == (D("83.70"), D("0.00"))
    check_refused(lambda: do("apply_credit", "0.01"), NotHeld, "holds $0.00 unapplied, less than $0.01")
    check_proved(loan)


def test_escrow_is_held_apart_and_paid_out_up_to_what_is_there(loan: Loan, do: Act) -> None:
    into = do("receive_escrow", "300.00", on=OCTOBER)
    assert lines(into) == {"cash": D("300.00"), "escrow": D("-300.00")}
    check_refused(
        lambda: do("disburse_escrow", "300.01", reason="County of Alameda"),
        NotHeld,
        "holds $300.00 in escrow, less than $300.01",
    )
    check_refused(
        lambda: do("disburse_escrow", "1.00", on=date(2008, 10, 29), reason="x"), NotHeld, "holds $0.00 in escrow"
    )
    out = do("disburse_escrow", "250.00", reason="County of Alameda, second instalment of 2008")
    assert lines(out) == {"cash": D("-250.00"), "escrow": D("250.00")}
    assert stands(loan, "escrow", "principal", "interest") == (D("50.00"), D("12000.00"), D("287.34"))
    operations.reverse_event(event_id=into.pk, reason="R01", key="r", by=None)
    assert stands(loan, "escrow") == (D("-250.00"),)  # advanced by the lender
    check_proved(loan)


# Payoff and small balances


def test_a_payoff_is_exact(loan: Loan, do: Act) -> None:
    check_refused(
        lambda: do("receive_payoff", "12287.33"),
        PayoffDiffers,
        "on 2008-12-31 is $12,287.34, not $12,287.33: $0.01 would be left owing. "
        "Take it as a payment, or ask for the payoff.",
    )
    check_refused(lambda: do("receive_payoff", "12300.00"), PayoffDiffers, "$12.66 would be left over")
    event = do("receive_payoff", "12287.34")
    assert lines(event) == {"cash": D("12287.34"), "principal": D("-12000.00"), "interest": D("-287.34")}
    assert Loan.objects.get(pk=loan.pk).state == "paid_off"
    check_proved(loan)


def test_a_refused_payoff_says_what_changed_it_since_the_quote(do: Act) -> None:
    do("charge_fee", "25.00", reason="x")
    check_refused(
        lambda: do("receive_payoff", "12287.34", quoted_on=DECEMBER),
        PayoffDiffers,
        "; fee of 2008-12-31, known on 2008-12-31.",
    )


@pytest.fixture
def tolerant(make_loan: Callable[..., Loan], people: People) -> Loan:
    version = make_product_version(people.administrator, people.portfolio_manager, small_balance="5.00")
    return make_loan(version=version)


def test_a_small_balance_is_written_off_within_the_tolerance_of_the_loan(tolerant: Loan, do: Act) -> None:
    do("receive_payment", "12282.00", to=tolerant)
    check_refused(
        lambda: do("write_off_small_balance", to=tolerant, reason="x"),
        AboveTolerance,
        "owes $5.34, more than the $5.00 that its product lets be written off as small",
    )
    do("receive_payment", "1.00", to=tolerant)
    assert candidates("small_balance", BUSINESS_DATE) == {tolerant.pk: D("4.34")}
    event = do("write_off_small_balance", to=tolerant, reason="Small")
    assert (event.amount, lines(event)) == (D("4.34"), {"principal": D("-4.34"), "small_balances": D("4.34")})
    assert Loan.objects.get(pk=tolerant.pk).state == "paid_off"
    assert stands(tolerant, "written_off") == (D("0.00"),)
    check_proved(tolerant)
    operations.reverse_event(event_id=event.pk, reason="x", key="r", by=None)
    assert stands(tolerant, "principal", "open") == (D("4.34"), True)
    assert candidates("small_balance", BUSINESS_DATE) == {}  # a person took it back


def test_a_write_off_gives_way_when_the_payment_before_it_is_returned(tolerant: Loan, do: Act) -> None:
    paid = do("receive_payment", "12283.00", to=tolerant)
    do("write_off_small_balance", to=tolerant, reason="Small")
    operations.reverse_event(event_id=paid.pk, reason="R01", key="r", by=None)
    assert stands(tolerant, "principal", "interest", "open") == (D("12000.00"), D("287.34"), True)
    check_proved(tolerant)


def test_no_small_balance_where_the_product_has_no_tolerance_or_nothing_is_owed(loan: Loan, do: Act) -> None:
    check_refused(lambda: do("write_off_small_balance", reason="x"), AboveTolerance, "more than the $0.00")


# Draws


@pytest.fixture
def line(company: Any, people: People, borrower: Any) -> Callable[..., Loan]:
    def make(*, revolving: bool, advance: str = "4000.00", months: int = 2) -> Loan:
        version = make_product_version(
            people.administrator, people.portfolio_manager, line={"revolving": revolving, "draw_months": months}
        )
        agreed = AgreedTerms(
            amount=D("10000.00"), rate=D("9.5"), months=12, disbursed_on=date(2008, 12, 1), advance=D(advance)
        )
        return board_loan(
            agreed=agreed, product_version=version, borrower=borrower, legal_entity=company, key="line", by=None
        )

    return make


def test_a_tranche_is_paid_out_up_to_what_was_agreed(line: Callable[..., Loan], do: Act) -> None:
    loan = line(revolving=False)
    assert stands(loan, "principal", "disbursed") == (D("4000.00"), D("4000.00"))
    event = do("draw_funds", "3500.00", to=loan, on=date(2008, 12, 11), reason="Second tranche")
    assert lines(event) == {"principal": D("3500.00"), "cash": D("-3500.00")}
    do("receive_payment", "2000.00", to=loan)
    check_refused(
        lambda: do("draw_funds", "2500.01", to=loan, reason="x"),
        NothingToDraw,
        "cannot pay out $2,500.01: $2,500.00 is available. Draw at most that, or repay first.",
    )
    check_proved(loan)


def test_a_revolving_line_may_be_drawn_again_and_reopens_when_it_was_repaid(line: Callable[..., Loan], do: Act) -> None:
    loan = line(revolving=True)
    do("receive_payoff", "4023.95", to=loan, on=date(2008, 12, 24))  # 23 days of 4,000.00
    assert Loan.objects.get(pk=loan.pk).state == "paid_off"
    # On 20 December 4,000.00 were still out: only 6,000.00 could be drawn then.
    assert available(read_account(Loan.objects.get(pk=loan.pk)), date(2008, 12, 20)) == D("6000.00")
    check_refused(
        lambda: do("draw_funds", "6000.01", to=loan, on=date(2008, 12, 20), reason="x"), NothingToDraw, "$6,000.00 is"
    )
    event = do("draw_funds", "10000.00", to=loan, reason="x")
    assert (event.kind, Loan.objects.get(pk=loan.pk).state) == ("draw", "active")
    assert stands(loan, "principal", "disbursed", "open") == (D("10000.00"), D("14000.00"), True)
    check_proved(loan)


def test_a_back_dated_draw_is_replayed(line: Callable[..., Loan], do: Act) -> None:
    loan = line(revolving=True)
    do("receive_payment", "1000.00", to=loan, on=date(2008, 12, 24))
    do("draw_funds", "6000.00", to=loan, on=date(2008, 12, 20), reason="x")
    do("charge_fee", "1.00", to=loan, reason="x")
    # 4,000.00 for 19 days, 10,000.00 for 4 days: 30.19, so 969.81 of principal were paid; then 9,030.19 for 7 days.
    assert stands(loan, "principal", "interest") == (D("9030.19"), D("16.45"))
    check_proved(loan)


def test_a_loan_that_is_no_line_is_not_drawn_on(do: Act) -> None:
    sentence = "cannot pay out $1.00: it is no line, and was paid out at once."
    check_refused(lambda: do("draw_funds", "1.00", reason="x"), NothingToDraw, sentence)


def test_a_line_on_nonaccrual_late_or_past_its_draw_period_is_not_drawn_on(
    line: Callable[..., Loan], do: Act, people: People
) -> None:
    loan = line(revolving=True)
    draw = lambda: do("draw_funds", "1.00", to=loan, reason="x")  # noqa: E731
    event = do("place_on_nonaccrual", to=loan, reason="x")
    check_refused(draw, NothingToDraw, "it is on non-accrual. It can once it has returned to accrual.")
    operations.reverse_event(event_id=event.pk, reason="x", key="r", by=people.operations)
    assert draw().kind == "draw"


def test_a_late_line_is_not_drawn_on(company: Any, people: People, borrower: Any, do: Act) -> None:
    version = make_product_version(
        people.administrator, people.portfolio_manager, line={"revolving": True, "draw_months": 2}
    )
    for opened, sentence in (
        (date(2008, 11, 15), "it is 16 days late. It can once it is up to date."),
        (date(2008, 10, 1), "its draw period ended on 2008-12-01."),
    ):
        agreed = AgreedTerms(amount=D("10000.00"), rate=D("9"), months=12, disbursed_on=opened, advance=D("100.00"))
        loan = board_loan(
            agreed=agreed,
            product_version=version,
            borrower=borrower,
            legal_entity=company,
            key=f"line of {opened}",
            by=None,
        )
        check_refused(lambda of=loan: do("draw_funds", "1.00", to=of, reason="x"), NothingToDraw, sentence)


def test_a_product_that_is_no_line_pays_out_all_at_once(company: Any, product_version: Any, borrower: Any) -> None:
    agreed = AgreedTerms(amount=D("10000.00"), rate=D("9"), months=12, disbursed_on=BUSINESS_DATE, advance=D("4000.00"))
    with pytest.raises(NotALine, match=r"pays out \$10,000.00 at once, not \$4,000.00"):
        board_loan(
            agreed=agreed, product_version=product_version, borrower=borrower, legal_entity=company, key="l", by=None
        )
    assert not Loan.objects.exists()


# Sale and buy-back


def test_a_sale_takes_the_loan_off_the_books_and_shows_gain_or_loss(loan: Loan, do: Act) -> None:
    do("charge_fee", "25.00", reason="x")
    event = do("sell_loan", "12100.00", reason="Sold to Delta Capital, agreement of 31 December 2008")
    assert lines(event) == {
        "cash": D("12100.00"), "principal": D("-12000.00"), "interest": D("-287.34"), "fees": D("-25.00"),
        "sale_of_loans": D("212.34"),
    }  # fmt: skip
    sold = Loan.objects.get(pk=loan.pk)
    assert (sold.state, sold.ended_on) == ("sold", BUSINESS_DATE)
    assert stands(loan, "principal", "interest", "fees", "open", "dpd") == (0, 0, 0, False, 0)
    check_refused(lambda: do("receive_payment", "1.00"), LoanNotOpen, "is sold: it takes no payments.")
    check_proved(loan)
    operations.reverse_event(event_id=event.pk, reason="x", key="r", by=None)
    assert stands(loan, "principal", "interest", "fees", "open", "dpd") == (
        D("12000.00"), D("287.34"), D("25.00"), True, 62,
    )  # fmt: skip
    check_proved(loan)


def test_a_loan_comes_back_as_the_contract_stands_and_what_the_buyer_collected_is_no_cash_of_ours(
    loan: Loan, do: Act
) -> None:
    sale = do("sell_loan", "12000.00", on=OCTOBER, reason="x")
    check_refused(
        lambda: do("buy_back_loan", "1.00", on=OCTOBER, reason="x"),
        StillOurs,
        "is sold since 2008-10-30: only a loan that was sold before 2008-10-30 can be bought back.",
    )
    back = do("buy_back_loan", "12287.34", reason="Early default")
    assert lines(back) == {"cash": D("-12287.34"), "principal": D("12000.00"), "interest": D("287.34")}
    assert stands(loan, "principal", "interest", "open", "dpd") == (D("12000.00"), D("287.34"), True, 62)
    # The borrower had paid the buyer 1,000.00 on 30 November: 190.52 of interest and 809.48 of principal.
    paid = do("receive_payment", "1000.00", on=NOVEMBER)
    # 90.29 is the interest of 11,190.52 for 31 days; we paid 1,006.53 for nothing.
    assert stands(loan, "principal", "interest") == (D("11190.52"), D("90.29"))
    assert lines(paid) == {"principal": D("-809.48"), "interest": D("-197.05"), "sale_of_loans": D("1006.53")}
    check_proved(loan)
    with pytest.raises(NotSold):
        operations.reverse_event(event_id=sale.pk, reason="x", key="r", by=None)


def test_a_loan_is_sold_after_its_last_event_and_without_money_of_the_borrowers(loan: Loan, do: Act) -> None:
    do("receive_escrow", "10.00", on=NOVEMBER)
    check_refused(
        lambda: do("sell_loan", "1.00", reason="x"), MoneyIsHeld, "cannot be sold while $10.00 of the borrower's are"
    )
    do("disburse_escrow", "10.00", on=NOVEMBER, reason="x")
    check_refused(
        lambda: do("sell_loan", "1.00", on=OCTOBER, reason="x"),
        EventsFollow,
        "cannot be sold as of 2008-10-30: its escrow deposit of 2008-11-30 came later.",
    )
    check_refused(
        lambda: do("buy_back_loan", "1.00", reason="x"), StillOurs, "is active: only a loan that was sold before"
    )


def test_proceeds_of_a_loan_charged_off_are_all_gain_and_it_comes_back_charged_off(loan: Loan, do: Act) -> None:
    do("charge_off_loan", on=NOVEMBER, reason="x")
    sale = do("sell_loan", "600.00", on=DECEMBER, reason="x")
    assert lines(sale) == {"cash": D("600.00"), "sale_of_loans": D("-600.00")}
    assert (Loan.objects.get(pk=loan.pk).state, stands(loan, "written_off")) == ("sold", (D("0.00"),))
    do("buy_back_loan", "600.00", reason="x")
    assert (Loan.objects.get(pk=loan.pk).state, stands(loan, "written_off")) == ("charged_off", (D("12190.52"),))
    check_proved(loan)
