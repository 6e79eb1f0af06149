"""The layout of loans guaranteed by the US Small Business Administration, as it releases them under FOIA.

Dates are days since 1 January 1960. The columns and the code book are those of Li, Mickel and Taylor, "Should This Loan
be Approved or Denied?", Journal of Statistics Education 26(1), 2018. Columns that are not named here are not read.
"""

import re
from datetime import date, timedelta
from decimal import Decimal

from ledger.tapes.history import Story
from ledger.tapes.layouts import (
    CODE,
    DOLLARS,
    WHOLE,
    Correction,
    Kind,
    Layout,
    Rule,
    Setting,
    TapeLoan,
    Values,
    matching,
    read_whole,
)

DAY_ZERO = date(1960, 1, 1)


def read_day(value: str) -> date | None:
    return DAY_ZERO + timedelta(days=read_whole(value)) if value else None


DAY = Kind(read_day, "a whole number of days since 1 January 1960, or nothing")


def outside_the_code_book(name: str, column: str, codes: str) -> Correction:
    known = codes.split()
    return Correction(
        name,
        column,
        lambda row: row[column] if row[column] in known else None,
        f"{column} is not one of the codes {', '.join(known[:-1])} and {known[-1]}: it is kept as unknown.",
    )


def has_charge_off(row: Values) -> bool:
    return row["ChgOffDate"] is not None or row["ChgOffPrinGr"] > 0


def offered(row: Values, setting: Setting) -> bool:
    amount: Decimal = row["DisbursementGross"]
    months: int = row["Term"]
    product = setting.product
    longest = min(product.max_months, product.margins[-1].up_to_months)
    return product.min_amount <= amount <= product.max_amount and product.min_months <= months <= longest


RULES = (
    Rule(
        "number_twice",
        "LoanNr_ChkDgt",
        lambda row, setting: row["LoanNr_ChkDgt"] in setting.seen,
        "Loan {value} stands on line {line} already: a loan is boarded once. Give this row a number of its own.",
        lambda row, setting: {"line": setting.seen[row["LoanNr_ChkDgt"]]},
    ),
    Rule(
        "already_boarded",
        "LoanNr_ChkDgt",
        lambda row, setting: row["LoanNr_ChkDgt"] in setting.in_the_books,
        "Loan {value} is in the books already: a loan is boarded once. Leave the row out.",
    ),
    Rule(
        "no_disbursement_date",
        "DisbursementDate",
        lambda row, setting: row["DisbursementDate"] is None,
        "The loan has no disbursement date, so its history has no first day. It can be boarded once the date is known.",
    ),
    Rule(
        "disbursed_later",
        "DisbursementDate",
        lambda row, setting: row["DisbursementDate"] > setting.business_date,
        "The loan was paid out on {on}, after the business date {today}: it is not a loan yet on that day. It can be "
        "boarded from {on} on.",
        lambda row, setting: {"on": row["DisbursementDate"], "today": setting.business_date},
    ),
    Rule(
        "nothing_disbursed",
        "DisbursementGross",
        lambda row, setting: row["DisbursementGross"] == 0,
        "Nothing was paid out, so there is no loan. It can be boarded once the amount is known.",
    ),
    Rule(
        "term_zero",
        "Term",
        lambda row, setting: row["Term"] == 0,
        "The term is 0 months, so there is no instalment to pay. It can be boarded once the term is known.",
    ),
    Rule(
        "disbursed_before_approval",
        "DisbursementDate",
        lambda row, setting: row["ApprovalDate"] is not None and row["DisbursementDate"] < row["ApprovalDate"],
        "The loan was paid out on {on}, before it was approved on {approved_on}: one of the dates is wrong. It can be "
        "boarded once they are put right.",
        lambda row, setting: {"on": row["DisbursementDate"], "approved_on": row["ApprovalDate"]},
    ),
    Rule(
        "status_unknown",
        "MIS_Status",
        lambda row, setting: row["MIS_Status"] not in ("P I F", "CHGOFF"),
        "The status is neither P I F nor CHGOFF, so how the loan went is not known. It can be boarded once it is.",
    ),
    Rule(
        "paid_and_charged_off",
        "MIS_Status",
        lambda row, setting: row["MIS_Status"] == "P I F" and has_charge_off(row),
        "The loan is paid in full and has a charge-off of ${amount} as well: both cannot be. It can be boarded once "
        "one of them is taken out.",
        lambda row, setting: {"amount": f"{row['ChgOffPrinGr']:,}"},
    ),
    Rule(
        "charge_off_without_date",
        "ChgOffDate",
        lambda row, setting: row["MIS_Status"] == "CHGOFF" and row["ChgOffDate"] is None,
        "The loan is charged off and no date says when. It can be boarded once the date is known.",
    ),
    Rule(
        "charge_off_without_amount",
        "ChgOffPrinGr",
        lambda row, setting: row["MIS_Status"] == "CHGOFF" and row["ChgOffPrinGr"] == 0,
        "The loan is charged off and the principal charged off is 0. It can be boarded once the amount is known.",
    ),
    Rule(
        "charged_off_before_disbursement",
        "ChgOffDate",
        lambda row, setting: row["ChgOffDate"] is not None and row["ChgOffDate"] <= row["DisbursementDate"],
        "The loan was charged off on {on}, not after it was paid out on {disbursed_on}: one of the dates is wrong. It "
        "can be boarded once they are put right.",
        lambda row, setting: {"on": row["ChgOffDate"], "disbursed_on": row["DisbursementDate"]},
    ),
    Rule(
        "charged_off_above_disbursed",
        "ChgOffPrinGr",
        lambda row, setting: row["ChgOffPrinGr"] > row["DisbursementGross"],
        "The principal charged off, ${charged_off}, is above the ${amount} paid out: one of the amounts is wrong. It "
        "can be boarded once they are put right.",
        lambda row, setting: {
            "charged_off": f"{row['ChgOffPrinGr']:,}",
            "amount": f"{row['DisbursementGross']:,}",
        },
    ),
    Rule(
        "not_offered",
        "Term",
        lambda row, setting: not offered(row, setting),
        "The product takes ${least} to ${most} over {shortest} to {longest} months; this loan is ${amount} over "
        "{value}. It can be boarded under a product that takes it.",
        lambda row, setting: {
            "least": f"{setting.product.min_amount:,}",
            "most": f"{setting.product.max_amount:,}",
            "shortest": setting.product.min_months,
            "longest": min(setting.product.max_months, setting.product.margins[-1].up_to_months),
            "amount": f"{row['DisbursementGross']:,}",
        },
    ),
    Rule(
        "no_index_rate",
        "DisbursementDate",
        lambda row, setting: setting.first_index_day is None or row["DisbursementDate"] < setting.first_index_day,
        "No {index} rate is known on {on}, so the loan's rate is not known either. It can be boarded once the "
        "published rate of that day is entered.",
        lambda row, setting: {"index": setting.product.index, "on": row["DisbursementDate"]},
    ),
)


def without_remark(row: Values) -> str | None:
    """Without what stands in parentheses, closed or cut off, and what follows a comma."""
    return re.sub(r"\s*(\(.*|,.*)$", "", row["City"]) or None


def of_the_state(row: Values) -> str | None:
    """California's codes begin with 900 to 961. Other states' are taken as they are, if they have five digits."""
    found = re.fullmatch(r"[0-9]{5}", row["Zip"])
    return row["Zip"] if found and (row["State"] != "CA" or "900" <= row["Zip"][:3] <= "961") else None


CORRECTIONS = (
    Correction(
        "city_with_remark",
        "City",
        without_remark,
        "The city carries a remark in parentheses or after a comma: it is kept without it.",
    ),
    Correction(
        "postal_code_elsewhere",
        "Zip",
        of_the_state,
        "The postal code is not one of the state: it is kept as unknown.",
    ),
    outside_the_code_book("new_or_existing_unknown", "NewExist", "1 2"),
    outside_the_code_book("urban_or_rural_unknown", "UrbanRural", "0 1 2"),
    outside_the_code_book("revolving_line_unknown", "RevLineCr", "Y N"),
    outside_the_code_book("low_documentation_unknown", "LowDoc", "Y N"),
)


def to_loan(line: int, values: Values) -> TapeLoan:
    yes_no = {"Y": "yes", "N": "no"}
    return TapeLoan(
        line=line,
        number=values["LoanNr_ChkDgt"],
        city=values["City"] or "",
        state=values["State"],
        postal_code=values["Zip"] or "",
        industry_code=values["NAICS"],
        months=values["Term"],
        story=Story(
            disbursed_on=values["DisbursementDate"],
            amount=values["DisbursementGross"],
            charged_off_on=values["ChgOffDate"],
            charged_off_principal=values["ChgOffPrinGr"],
        ),
        about={
            "business": {"1": "existing", "2": "new"}.get(values["NewExist"]),
            "area": {"1": "urban", "2": "rural"}.get(values["UrbanRural"]),
            "revolving_line": yes_no.get(values["RevLineCr"]),
            "low_documentation": yes_no.get(values["LowDoc"]),
        },
    )


SBA = Layout(
    name="sba",
    title="Loans guaranteed by the US Small Business Administration",
    columns={
        "LoanNr_ChkDgt": matching(r"[0-9A-Za-z-]{1,24}", "a number of at most 24 digits and letters"),
        "City": matching(r"[^\x00-\x1f]{1,80}", "a name of at most 80 characters"),
        "State": matching(r"[A-Z]{2}", "the two letters of a state"),
        "Zip": CODE,
        "NAICS": matching(r"[0-9]{1,6}", "the code of an industry, of at most six digits"),
        "ApprovalDate": DAY,
        "Term": WHOLE,
        "NewExist": CODE,
        "UrbanRural": CODE,
        "RevLineCr": CODE,
        "LowDoc": CODE,
        "ChgOffDate": DAY,
        "DisbursementDate": DAY,
        "DisbursementGross": DOLLARS,
        "MIS_Status": CODE,
        "ChgOffPrinGr": DOLLARS,
    },
    number="LoanNr_ChkDgt",
    amount="DisbursementGross",
    charged_off="ChgOffPrinGr",
    rules=RULES,
    corrections=CORRECTIONS,
    to_loan=to_loan,
)
