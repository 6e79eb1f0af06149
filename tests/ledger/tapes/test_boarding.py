"""A tape into the books: four loans, a refused row, and the tie-out.

The product's rate on 15 January 2008 is prime 7.75 % and 2.25 points: 10 %. The level payment of $1,200.00 over three
months is 406.69; daily interest to the due dates is 10.19, 6.38 and 3.42.
"""

from datetime import date
from decimal import Decimal as D
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Sum

from ledger.models import Accrual, BoardingRow, BoardingRun, Entry, Instalment, Loan, LoanEvent, Posting
from ledger.opening import close_periods
from ledger.records import records_of
from ledger.replay import balance_fields, difference
from ledger.selectors import happened_on
from ledger.tapes import LAYOUTS, board_tape, version_in_force
from ledger.tapes.checking import Checked
from ledger.tapes.errors import BoardedBefore, MonthsClosed, NoProductVersion, TapeAndBooksDiffer
from ledger.tapes.history import Story
from ledger.tapes.layouts import TapeLoan
from ledger.tapes.tie_out import tie_out
from ledger.terms import terms_of
from tests.conftest import BUSINESS_DATE
from tests.ledger.tapes.tape import charged_off, row, write_tape

ROWS = (
    row(),
    charged_off(date(2008, 10, 20), "700", LoanNr_ChkDgt="2", City="SIMI VALLEY (SIMI)"),
    charged_off(date(2009, 7, 20), "700", LoanNr_ChkDgt="3"),
    row(LoanNr_ChkDgt="4", Term="24"),
    row(LoanNr_ChkDgt="5", Term="0", DisbursementGross="5000"),
)


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return write_tape(tmp_path, *ROWS)


@pytest.fixture
def run(tape: Path, company: Any, product_version: Any, people: Any) -> BoardingRun:
    return board(tape, company, product_version, people)


def board(tape: Path, company: Any, product_version: Any, people: Any) -> BoardingRun:
    return board_tape(
        tape, layout=LAYOUTS["sba"], product_version=product_version, legal_entity=company, by=people.operations
    )


def loan(number: str) -> Loan:
    return Loan.objects.select_related("balance", "borrower").get(number=number)


def test_a_loan_paid_in_full_is_boarded_with_its_whole_history(run: BoardingRun) -> None:
    paid_off = loan("1000000001")
    assert (paid_off.state, paid_off.ended_on, paid_off.rate) == ("paid_off", date(2008, 4, 15), D("10.000000"))
    assert list(paid_off.events.values_list("kind", "effective_on", "amount")) == [
        ("disbursement", date(2008, 1, 15), D("1200.00")),
        ("payment", date(2008, 2, 15), D("406.69")),
        ("payment", date(2008, 3, 15), D("406.69")),
        ("payment", date(2008, 4, 15), D("406.61")),
    ]
    posted = records_of([paid_off.pk])[paid_off.pk].posted
    assert {role: amount for (on, role), amount in posted.items() if on == date(2008, 4, 15)} == {
        "cash": D("406.61"),
        "principal": D("-403.19"),
        "interest": D("-3.42"),
    }
    assert (paid_off.balance.owed, paid_off.balance.open) == (D("0.00"), False)


def test_a_loan_charged_off_bears_the_tapes_principal_to_the_cent(run: BoardingRun) -> None:
    gone = loan("2")
    assert (gone.state, gone.ended_on) == ("charged_off", date(2008, 10, 20))
    # 15 March to 20 October: 219 days on 700.00 at 10 % are 42.00.
    assert {
        role: amount for (on, role), amount in records_of([gone.pk])[gone.pk].posted.items() if on == date(2008, 10, 20)
    } == {
        "principal": D("-700.00"),
        "principal_charged_off": D("700.00"),
        "interest": D("-42.00"),
        "interest_written_off": D("42.00"),
    }


def test_a_charge_off_after_the_business_date_leaves_a_loan_that_is_late(run: BoardingRun) -> None:
    late = loan("3")
    assert (late.state, late.balance.principal) == ("active", D("700.00"))
    # 813.38 was due by 15 March; 406.69 and 109.88 were paid. The last due date has passed: all that is owed is late.
    assert (late.balance.next_due_on, late.balance.dpd) == (date(2008, 3, 15), 291)
    assert late.balance.past_due_amount == late.balance.owed == D("700.00") + D("55.81")


def test_a_live_loan_is_current_and_accrued_through_the_business_date(run: BoardingRun) -> None:
    live = loan("4")
    assert (live.state, live.balance.dpd, live.balance.accrued_through) == ("active", 0, BUSINESS_DATE)
    assert live.balance.next_due_on == date(2009, 1, 15)
    assert live.events.count() == 12
    assert live.terms["late_fee"] is None
    assert live.instalments.count() == 24


def test_replaying_a_boarded_loan_gives_what_stands(run: BoardingRun) -> None:
    for boarded in Loan.objects.select_related("balance"):
        terms = terms_of(boarded)
        found = difference(boarded, through=BUSINESS_DATE, late_fees_through=date(2008, 12, 30), terms=terms)
        assert found.nothing
        through = boarded.balance.accrued_through
        state = difference(boarded, through=through, late_fees_through=date(2008, 12, 30)).journal.state
        fields = balance_fields(terms, state)
        assert {name: getattr(boarded.balance, name) for name in fields} == fields


def test_the_books_balance_and_hold_the_interest_of_every_loan(run: BoardingRun) -> None:
    totals = Posting.objects.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    assert totals["debit"] == totals["credit"]
    by_entry = Posting.objects.filter(entry__kind="accrual", account__role="interest").aggregate(Sum("debit"))
    by_loan = Accrual.objects.aggregate(Sum("amount"))
    assert by_entry["debit__sum"] == by_loan["amount__sum"]
    assert not Accrual.objects.filter(entry=None).exclude(amount=0).exists()
    assert (
        Entry.objects.filter(kind="accrual").values("booked_on").distinct().count()
        == Entry.objects.filter(kind="accrual").count()
    )


def test_what_was_boarded_became_known_on_the_business_date(run: BoardingRun) -> None:
    assert set(Entry.objects.values_list("posted_on", flat=True)) == {BUSINESS_DATE}
    assert set(LoanEvent.objects.values_list("recorded_on", "source")) == {(BUSINESS_DATE, "boarding")}
    assert set(Loan.objects.values_list("boarded_on", "boarding_run")) == {(BUSINESS_DATE, run.pk)}


def test_borrowers_have_the_tapes_places_and_names_that_say_they_are_made_up(run: BoardingRun) -> None:
    borrower = loan("2").borrower
    assert (borrower.city, borrower.state, borrower.postal_code, borrower.industry_code) == (
        "SIMI VALLEY",
        "CA",
        "94607",
        "532310",
    )
    assert borrower.name_is_generated
    assert borrower.name == "Pebbleridge Tool Rental Inc."
    assert loan("2").terms["tape"] == {
        "line": 3,
        "business": "existing",
        "area": "urban",
        "revolving_line": "no",
        "low_documentation": "no",
    }


def test_the_run_keeps_what_was_refused_corrected_and_tied_out(run: BoardingRun) -> None:
    assert (run.rows, run.boarded, run.refused, run.corrected) == (5, 4, 1, 1)
    assert list(run.findings.values_list("line", "outcome", "rule")) == [
        (3, "corrected", "city_with_remark"),
        (6, "refused", "term_zero"),
    ]
    kept = ("measure", "tape", "refused", "not_yet", "expected", "books", "difference")
    assert [tuple(line[name] for name in kept) for line in run.tie_out] == [
        ("Loans", "5", "1", "0", "4", "4", "0"),
        ("Amount paid out", "9800.00", "5000.00", "0.00", "4800.00", "4800.00", "0.00"),
        ("Loans charged off", "2", "0", "1", "1", "1", "0"),
        ("Principal charged off", "1400.00", "0.00", "700.00", "700.00", "700.00", "0.00"),
    ]
    assert run.tie_out[1]["refused_by_rule"] == [{"rule": "term_zero", "rows": "1", "amount": "5000.00"}]


def test_a_tape_that_does_not_tie_out_is_refused_with_its_loans(run: BoardingRun) -> None:
    loans = [
        TapeLoan(
            line=number,
            number=each.number,
            city="",
            state="CA",
            postal_code="",
            industry_code="",
            months=3,
            story=story_of(each, cent_more=each.number == "4"),
            about={},
        )
        for number, each in enumerate(Loan.objects.order_by("number"))
    ]
    said = Checked(loans=loans, tape={name: D(0) for name in ("loans", "disbursed", "charge_offs", "charged_off")})
    said.tape.update(loans=D(4), disbursed=D("4800.01"), charge_offs=D(2), charged_off=D("1400.00"))
    with pytest.raises(TapeAndBooksDiffer) as refused:
        tie_out(run, said)
    assert str(refused.value) == (
        "tape.csv was not boarded: Amount paid out differs by -0.01, on loans 4. Nothing was kept."
    )


def story_of(each: Loan, *, cent_more: bool) -> Story:
    gone = {"2": date(2008, 7, 20), "3": date(2009, 7, 20)}.get(each.number)
    return Story(
        disbursed_on=each.opened_on,
        amount=each.amount + (D("0.01") if cent_more else 0),
        charged_off_on=gone,
        charged_off_principal=D("700.00") if gone else D("0.00"),
    )


def test_the_same_tape_is_boarded_once(
    run: BoardingRun, tape: Path, company: Any, product_version: Any, people: Any
) -> None:
    again = tape.rename(tape.with_name("renamed.csv"))
    with pytest.raises(BoardedBefore) as refused:
        board(again, company, product_version, people)
    assert str(refused.value) == (
        "renamed.csv was boarded before, as tape.csv on 2008-12-31: a tape is boarded once. "
        "Board a tape of other loans."
    )


def test_another_tape_with_the_same_loans_refuses_them(
    run: BoardingRun, tmp_path: Path, company: Any, product_version: Any, people: Any
) -> None:
    second = board(
        write_tape(tmp_path, row(), row(LoanNr_ChkDgt="9"), name="second.csv"), company, product_version, people
    )
    assert (second.boarded, second.refused) == (1, 1)
    assert second.findings.get().rule == "already_boarded"
    assert Loan.objects.count() == 5


def test_history_into_closed_months_is_refused_and_leaves_nothing(
    tape: Path, company: Any, product_version: Any, people: Any
) -> None:
    close_periods(company, through=date(2008, 2, 29))
    with pytest.raises(MonthsClosed) as refused:
        board(tape, company, product_version, people)
    assert str(refused.value) == (
        "tape.csv cannot be boarded: its history reaches back to 2008-01-15, and 2 months of the books from there on "
        "are closed. Board it into books whose months are still open."
    )
    assert not BoardingRun.objects.exists()
    assert not BoardingRow.objects.exists()
    assert not Loan.objects.exists()


def test_a_tape_of_refused_rows_alone_boards_nothing_and_says_so(
    tmp_path: Path, company: Any, product_version: Any, people: Any
) -> None:
    run = board(write_tape(tmp_path, row(Term="0")), company, product_version, people)
    assert (run.boarded, run.refused) == (0, 1)
    assert [line["books"] for line in run.tie_out] == ["0", "0.00", "0", "0.00"]


def test_only_an_approved_version_in_force_is_boarded_under(product_version: Any) -> None:
    assert version_in_force("term-1", date(2000, 1, 1)) == product_version
    with pytest.raises(NoProductVersion) as refused:
        version_in_force("term-1", date(1999, 12, 31))
    assert str(refused.value) == (
        "Product term-1 has no approved version in force on 1999-12-31: approve one, and board the tape again."
    )


def test_the_command_prints_what_was_done(tape: Path, tenant: Any, company: Any, product_version: Any) -> None:
    out = StringIO()
    call_command("board", str(tape), product="term-1", tenant="test-lending", stdout=out)
    assert out.getvalue().splitlines() == [
        "Boarding loans: 0 of 4",
        "Boarding loans: 4 of 4",
        "tape.csv, layout sba, as of 2008-12-31",
        "5 rows: 4 boarded (1 with corrections), 1 refused",
        "  corrected city_with_remark                       1",
        "  refused   term_zero                              1",
        "Tie-out                              tape          refused          not yet         expected            books"
        "       difference",
        "Loans                                   5                1                0                4                4"
        "                0",
        "Amount paid out                  9,800.00         5,000.00             0.00         4,800.00         4,800.00"
        "             0.00",
        "Loans charged off                       2                0                1                1                1"
        "                0",
        "Principal charged off            1,400.00             0.00           700.00           700.00           700.00"
        "             0.00",
    ]


def test_the_command_says_a_refusal_in_one_line(tape: Path, tenant: Any, company: Any, product_version: Any) -> None:
    with pytest.raises(CommandError, match=r"^Product other has no approved version in force on 2008-12-31"):
        call_command("board", str(tape), product="other", tenant="test-lending")
    with pytest.raises(CommandError, match=r"^Name the tenant with --tenant: "):
        call_command("board", str(tape), product="term-1", tenant="nobody")


def test_boarding_satisfies_every_constraint_that_waits_for_the_commit(run: BoardingRun) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert Instalment.objects.count() == 3 + 3 + 3 + 24


def test_the_history_of_a_tape_is_not_what_its_day_brought(run: BoardingRun) -> None:
    brought = {line.what: line.number for line in happened_on(BUSINESS_DATE)}
    assert set(brought) <= {"Loans newly late", *(f"Loans that reached {n} days late" for n in (30, 60, 90, 120))}
