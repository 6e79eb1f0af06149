"""Tapes for tests: good rows in the sba layout, to be broken one field at a time."""

import csv
from datetime import date
from pathlib import Path

from ledger.tapes.sba import DAY_ZERO, SBA

GOOD = {
    "LoanNr_ChkDgt": "1000000001",
    "City": "OAKLAND",
    "State": "CA",
    "Zip": "94607",
    "NAICS": "532310",
    "Term": "3",
    "NewExist": "1",
    "UrbanRural": "1",
    "RevLineCr": "N",
    "LowDoc": "N",
    "ChgOffDate": "",
    "DisbursementGross": "1200",
    "MIS_Status": "P I F",
    "ChgOffPrinGr": "0",
}


def days(on: date) -> str:
    """As the tape writes dates."""
    return str((on - DAY_ZERO).days)


def row(**fields: str) -> dict[str, str]:
    """$1,200.00 over 3 months, approved on 2 January 2008, paid out on 15 January 2008 and paid in full."""
    dates = {"ApprovalDate": days(date(2008, 1, 2)), "DisbursementDate": days(date(2008, 1, 15))}
    return GOOD | dates | fields


def charged_off(on: date, principal: str, **fields: str) -> dict[str, str]:
    return row(MIS_Status="CHGOFF", ChgOffDate=days(on), ChgOffPrinGr=principal, **fields)


def write_tape(folder: Path, *rows: dict[str, str], name: str = "tape.csv") -> Path:
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(SBA.columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
