"""The laws of the books, tried every night and on demand. A difference of one cent is kept, with both figures."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.close.differences import keep_differences
from ledger.close.sealing import seal_differences
from ledger.mapping import BALANCES
from ledger.models import Loan, LoanBalance, Night, Proof
from ledger.records import records_of
from ledger.replay import balance_fields, difference
from ledger.sql import execute, statement
from ledger.terms import first_terms_of_loans
from tenants.models import Tenant

Finding = dict[str, Any]
LAST = 2**63 - 1  # the highest id there can be
LOANS_AT_ONCE = 500


def prove_books(*, by_replay: bool = True) -> list[Proof]:
    """Try every law now, on every entry, and keep what was found.

    by_replay: replay every loan too, which takes a hundredth of a second a loan; or leave that to prove_by_replay.
    """
    proofs = [prove_law(law) for law in BOOK_LAWS]
    proofs.append(kept("balances_are_postings", None, business_date_of(None), every_loan(), balances(0, LAST)))
    if by_replay:
        proofs.append(prove_by_replay())
    return proofs


def prove_law(law: str, night: Night | None = None) -> Proof:
    """Try one of BOOK_LAWS now, and keep what was found. With a night, its own entries are meant."""
    return kept(law, night, business_date_of(night), *BOOK_LAWS[law](night))


def prove_chunks(night: Night) -> list[Proof]:
    """Keep what the night's own steps found loan by loan."""
    if not night.prove_by_replay:
        return []
    return [
        kept(law, night, night.business_date, *found_in_chunks(night, step), out_of=every_loan())
        for law, step in (("balances_are_postings", "balances"), ("replay_is_ledger", "replay"))
    ]


def business_date_of(night: Night | None) -> date:
    return night.business_date if night else Tenant.objects.get().business_date


def prove_by_replay(told: Callable[[int, int], None] = lambda done, total: None) -> Proof:
    """Replay every loan now, and keep what was found. told: called with loans done and loans in all."""
    ids = list(LoanBalance.objects.order_by("pk").values_list("pk", flat=True))
    last_closed = Night.objects.exclude(summarised_at=None).order_by("-business_date").first()
    through = last_closed.business_date if last_closed else date.min
    found = []
    for start in range(0, len(ids), LOANS_AT_ONCE):
        told(start, len(ids))
        found += replay_differences(ids[start : start + LOANS_AT_ONCE], late_fees_through=through)
    return kept("replay_is_ledger", None, business_date_of(None), len(ids), found)


def every_loan() -> int:
    return LoanBalance.objects.count()


def found_in_chunks(night: Night, step: str) -> tuple[int, list[Finding]]:
    """How many loans a step of the night compared, and what it found."""
    chunks = list(night.chunks.filter(step=step).values_list("loans", "findings"))
    return sum(loans for loans, _ in chunks), [row for _, findings in chunks for row in findings]


def kept(
    law: str,
    night: Night | None,
    business_date: date,
    compared: int,
    differences: list[Finding],
    out_of: int | None = None,
) -> Proof:
    proof = Proof.objects.create(
        night=night,
        law=law,
        business_date=business_date,
        compared=compared,
        out_of=out_of if out_of != compared else None,
        differences=differences[:200],
        holds=not differences,
    )
    keep_differences(proof, differences)
    return proof


def entries(on: date | None) -> tuple[int, list[Finding]]:
    """How many entries were posted on `on` (None: ever), and those that do not balance."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE %(on)s::date IS NULL OR posted_on = %(on)s", {"on": on})
        (compared,) = cursor.fetchone()
        cursor.execute(statement("prove_entries"), {"on": on})
        rows = cursor.fetchall()
    return compared, [
        {"what": f"Entry {pk}", "expected": str(total), "found": f"{debit} debit, {credit} credit"}
        for pk, total, debit, credit in rows
    ]


def subledger() -> tuple[int, list[Finding]]:
    """How many accounts were compared, and those in which the loans and the general ledger differ."""
    with connection.cursor() as cursor:
        cursor.execute(statement("prove_subledger"))
        rows = cursor.fetchall()
    return len(rows), [
        {"what": f"{code} {name}", "expected": str(loans), "found": str(books)}
        for code, name, loans, books in rows
        if loans != books
    ]


def movements() -> tuple[int, list[Finding]]:
    """How many movements were compared with their postings, and those that differ."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_movement")
        (compared,) = cursor.fetchone()
        cursor.execute(statement("prove_movements"))
        rows = cursor.fetchall()
    return compared, [
        {
            "what": f"{code} {name}, {what}",
            "expected": f"{debit} debit, {credit} credit",
            "found": f"{kept_debit} debit, {kept_credit} credit",
        }
        for code, name, what, debit, credit, kept_debit, kept_credit in rows
    ]


# {law: how many were compared, and the differences, of a night or of all}. The others are proved loan by loan.
BOOK_LAWS: dict[str, Callable[[Night | None], tuple[int, list[Finding]]]] = {
    "entries_balance": lambda night: entries(night.business_date if night else None),
    "subledger_is_gl": lambda night: subledger(),
    "movements_are_postings": lambda night: movements(),
    "seals_hold": lambda night: seal_differences(every=night is None),
}


def balances(first: int, last: int) -> list[Finding]:
    """Loans from id `first` to `last` whose balance is not the sum of their postings and accruals."""
    return [
        {"what": f"Loan {number}", "expected": in_words(stands), "found": in_words(posted)}
        for number, stands, posted in execute("prove_balances", first=first, last=last)
    ]


def in_words(parts: list[Decimal]) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in zip(BALANCES, parts, strict=True))


def replay_differences(loans: list[int], *, late_fees_through: date) -> list[Finding]:
    """Loans for which replaying the events gives other postings, or another balance, than stands."""
    found: list[Finding] = []
    rows = list(Loan.objects.filter(pk__in=loans).select_related("balance").order_by("pk"))
    records, terms_by_loan = records_of(loans), first_terms_of_loans(rows)
    for loan in rows:
        terms = terms_by_loan[loan.pk]
        gap = difference(
            loan,
            through=loan.balance.accrued_through,
            late_fees_through=late_fees_through,
            terms=terms,
            record=records[loan.pk],
        )
        for (on, role), amount in sorted(gap.lines.items()):
            found.append({"what": f"Loan {loan.number}, {role} on {on}", "expected": str(amount), "found": "missing"})
        for on, amount in sorted(gap.accruals.items()):
            found.append({"what": f"Loan {loan.number}, accrued on {on}", "expected": str(amount), "found": "missing"})
        for on, amount in sorted(gap.suspended.items()):
            what = f"Loan {loan.number}, suspended on {on}"
            found.append({"what": what, "expected": str(amount), "found": "missing"})
        for name, value in balance_fields(gap.journal.terms, gap.journal.state).items():
            stands = getattr(loan.balance, name)
            if stands != value:
                found.append({"what": f"Loan {loan.number}, {name}", "expected": str(value), "found": str(stands)})
    return found
