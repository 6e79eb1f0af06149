"""Each rule of the sba layout, broken by one row."""

from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from ledger.tapes.checking import Checked, check
from ledger.tapes.layouts import Setting
from ledger.tapes.reading import read_tape
from ledger.tapes.sba import SBA
from ledger.terms import Margin, ProductTerms
from tests.ledger.tapes.tape import charged_off, days, row, write_tape

PRODUCT = ProductTerms(
    index="prime",
    margins=(Margin(up_to_months=83, margin=D("2.25")), Margin(up_to_months=360, margin=D("2.75"))),
    min_amount=D("1000.00"),
    max_amount=D("5000000.00"),
    min_months=1,
    max_months=360,
)


def checked(folder: Path, *rows: dict[str, str], in_the_books: frozenset[str] = frozenset()) -> Checked:
    setting = Setting(
        business_date=date(2008, 12, 31),
        product=PRODUCT,
        first_index_day=date(1985, 1, 15),
        in_the_books=in_the_books,
    )
    return check(read_tape(write_tape(folder, *rows), list(SBA.columns)), SBA, setting)


BROKEN = [
    (
        row(DisbursementDate=""),
        ("no_disbursement_date", "DisbursementDate", ""),
        "The loan has no disbursement date, so its history has no first day. It can be boarded once the date is known.",
    ),
    (
        row(DisbursementDate=days(date(2009, 1, 1))),
        ("disbursed_later", "DisbursementDate", "17898"),
        "The loan was paid out on 2009-01-01, after the business date 2008-12-31: it is not a loan yet on that day. It "
        "can be boarded from 2009-01-01 on.",
    ),
    (
        row(DisbursementGross="0"),
        ("nothing_disbursed", "DisbursementGross", "0"),
        "Nothing was paid out, so there is no loan. It can be boarded once the amount is known.",
    ),
    (
        row(Term="0"),
        ("term_zero", "Term", "0"),
        "The term is 0 months, so there is no instalment to pay. It can be boarded once the term is known.",
    ),
    (
        row(ApprovalDate=days(date(2008, 1, 16))),
        ("disbursed_before_approval", "DisbursementDate", "17546"),
        "The loan was paid out on 2008-01-15, before it was approved on 2008-01-16: one of the dates is wrong. It "
        "can be boarded once they are put right.",
    ),
    (
        row(MIS_Status=""),
        ("status_unknown", "MIS_Status", ""),
        "The status is neither P I F nor CHGOFF, so how the loan went is not known. It can be boarded once it is.",
    ),
    (
        charged_off(date(2008, 7, 20), "1150.50") | {"MIS_Status": "P I F"},
        ("paid_and_charged_off", "MIS_Status", "P I F"),
        "The loan is paid in full and has a charge-off of $1,150.50 as well: both cannot be. It can be boarded once "
        "one of them is taken out.",
    ),
    (
        row(MIS_Status="CHGOFF", ChgOffPrinGr="700"),
        ("charge_off_without_date", "ChgOffDate", ""),
        "The loan is charged off and no date says when. It can be boarded once the date is known.",
    ),
    (
        charged_off(date(2008, 7, 20), "0"),
        ("charge_off_without_amount", "ChgOffPrinGr", "0"),
        "The loan is charged off and the principal charged off is 0. It can be boarded once the amount is known.",
    ),
    (
        charged_off(date(2008, 1, 15), "700"),
        ("charged_off_before_disbursement", "ChgOffDate", "17546"),
        "The loan was charged off on 2008-01-15, not after it was paid out on 2008-01-15: one of the dates is wrong. "
        "It can be boarded once they are put right.",
    ),
    (
        charged_off(date(2008, 7, 20), "1200.01"),
        ("charged_off_above_disbursed", "ChgOffPrinGr", "1200.01"),
        "The principal charged off, $1,200.01, is above the $1,200.00 paid out: one of the amounts is wrong. It can be "
        "boarded once they are put right.",
    ),
    (
        row(Term="361"),
        ("not_offered", "Term", "361"),
        "The product takes $1,000.00 to $5,000,000.00 over 1 to 360 months; this loan is $1,200.00 over 361. It can be "
        "boarded under a product that takes it.",
    ),
    (
        row(DisbursementDate=days(date(1985, 1, 14)), ApprovalDate=""),
        ("no_index_rate", "DisbursementDate", "9145"),
        "No prime rate is known on 1985-01-14, so the loan's rate is not known either. It can be boarded once the "
        "published rate of that day is entered.",
    ),
    (
        row(DisbursementGross="12,00"),
        ("unreadable", "DisbursementGross", "12,00"),
        'DisbursementGross cannot be "12,00": it must be dollars, with at most two decimals.',
    ),
    (
        row(Term=""),
        ("unreadable", "Term", ""),
        "Term cannot be empty: it must be a whole number of at most six digits.",
    ),
    (
        row(ChgOffDate="2008-07-20"),
        ("unreadable", "ChgOffDate", "2008-07-20"),
        'ChgOffDate cannot be "2008-07-20": it must be a whole number of days since 1 January 1960, or nothing.',
    ),
]


@pytest.mark.parametrize(("broken", "where", "sentence"), BROKEN, ids=[f"{rule[0]}-{rule[1]}" for _, rule, _ in BROKEN])
def test_a_row_that_breaks_a_rule_is_refused_with_its_sentence(
    tmp_path: Path, broken: dict[str, str], where: tuple[str, str, str], sentence: str
) -> None:
    found = checked(tmp_path, broken)
    (refusal,) = found.findings
    assert (refusal.line, refusal.outcome) == (2, "refused")
    assert (refusal.rule, refusal.column, refusal.value) == where
    assert refusal.sentence == sentence
    assert found.loans == []


def test_every_rule_has_a_row_here_that_breaks_it() -> None:
    tried = {rule for _, (rule, _, _), _ in BROKEN}
    assert {rule.name for rule in SBA.rules} - tried == {"number_twice", "already_boarded"}


def test_a_number_that_stands_twice_is_boarded_once(tmp_path: Path) -> None:
    found = checked(tmp_path, row(), row(DisbursementGross="5000"))
    (refusal,) = found.findings
    assert (refusal.line, refusal.rule) == (3, "number_twice")
    assert refusal.sentence == (
        "Loan 1000000001 stands on line 2 already: a loan is boarded once. Give this row a number of its own."
    )
    assert [loan.story.amount for loan in found.loans] == [D("1200.00")]


def test_a_loan_that_is_in_the_books_is_refused(tmp_path: Path) -> None:
    (refusal,) = checked(tmp_path, row(), in_the_books=frozenset({"1000000001"})).findings
    assert refusal.sentence == ("Loan 1000000001 is in the books already: a loan is boarded once. Leave the row out.")


def test_a_row_with_a_field_too_many_is_refused(tmp_path: Path) -> None:
    path = write_tape(tmp_path, row())
    path.write_text(path.read_text() + "1,2\n")
    setting = Setting(business_date=date(2008, 12, 31), product=PRODUCT, first_index_day=None, in_the_books=frozenset())
    found = check(read_tape(path, list(SBA.columns)), SBA, setting)
    assert (found.findings[-1].line, found.findings[-1].rule) == (3, "fields")
    assert found.findings[-1].sentence == "The row has 2 fields and the heading 16: give each column one field."


CORRECTED = [
    ("City", "SIMI VALLEY (SIMI)", "city_with_remark"),
    ("City", "VENTURA (CORPORATE NAME SAN BU", "city_with_remark"),
    ("City", "LA CANADA,", "city_with_remark"),
    ("Zip", "85008", "postal_code_elsewhere"),
    ("NewExist", "0", "new_or_existing_unknown"),
    ("UrbanRural", "3", "urban_or_rural_unknown"),
    ("RevLineCr", "T", "revolving_line_unknown"),
    ("LowDoc", "", "low_documentation_unknown"),
]


@pytest.mark.parametrize(("column", "value", "rule"), CORRECTED)
def test_a_value_outside_its_rule_is_corrected_and_said(tmp_path: Path, column: str, value: str, rule: str) -> None:
    found = checked(tmp_path, row(**{column: value}))
    (correction,) = found.findings
    assert (correction.line, correction.outcome, correction.column) == (2, "corrected", column)
    assert (correction.value, correction.rule) == (value, rule)
    assert len(found.loans) == 1
    assert found.corrected_lines == {2}


def test_what_a_correction_leaves(tmp_path: Path) -> None:
    odd = {"City": "SIMI (SIMI VALLEY)", "Zip": "82037", "NewExist": "", "RevLineCr": "0", "LowDoc": "S"}
    (loan,) = checked(tmp_path, row(**odd)).loans
    assert (loan.city, loan.postal_code) == ("SIMI", "")
    assert loan.about == {"business": None, "area": "urban", "revolving_line": None, "low_documentation": None}


def test_the_sentences_of_corrections(tmp_path: Path) -> None:
    odd = row(City="LA CANADA,", Zip="82037", UrbanRural="", LowDoc="S")
    assert [finding.sentence for finding in checked(tmp_path, odd).findings] == [
        "The city carries a remark in parentheses or after a comma: it is kept without it.",
        "The postal code is not one of the state: it is kept as unknown.",
        "UrbanRural is not one of the codes 0, 1 and 2: it is kept as unknown.",
        "LowDoc is not one of the codes Y and N: it is kept as unknown.",
    ]


def test_a_refused_row_is_not_corrected_as_well(tmp_path: Path) -> None:
    found = checked(tmp_path, row(Term="0", LowDoc="S"))
    assert [finding.rule for finding in found.findings] == ["term_zero"]


def test_the_totals_are_of_all_rows_whose_figures_can_be_read(tmp_path: Path) -> None:
    found = checked(
        tmp_path,
        row(),
        charged_off(date(2008, 7, 20), "700", LoanNr_ChkDgt="2"),
        row(LoanNr_ChkDgt="3", DisbursementGross="a lot"),
        row(LoanNr_ChkDgt="4", DisbursementGross="800.50", Term="0"),
    )
    assert found.tape == {
        "loans": D(4),
        "disbursed": D("3200.50"),
        "charge_offs": D(1),
        "charged_off": D("700.00"),
    }
    assert {rule: (figures["loans"], figures["disbursed"]) for rule, figures in found.refused.items()} == {
        "unreadable": (D(1), D(0)),
        "term_zero": (D(1), D("800.50")),
    }
