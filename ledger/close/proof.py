"""The laws of the books, tried every night and on demand. A difference of one cent is kept, with both figures."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.close.differences import keep_differences
from ledger.close.sealing import seal_differences
from ledger.models import Loan, LoanBalance, Night, Proof
from ledger.replay import balance_fields, difference, records_of
from ledger.sql import execute, statement
from ledger.terms import terms_of_loans
from tenants.models import Tenant

Finding = dict[str, Any]
LAST = 2**63 - 1  # the highest id there can be
LOANS_AT_ONCE = 500


def prove_books(night: Night | None = None, *, by_replay: bool = True) -> list[Proof]:
    """Try every law now, and keep what was found.

    With a night, its entries and what its replay found are meant; otherwise every entry, and every loan is replayed
    unless `by_replay` leaves that to prove_by_replay, which takes a hundredth of a second a loan.
    """
    business_date = night.business_date if night else Tenant.objects.get().business_date
    proofs = [
        kept("entries_balance", night, business_date, *entries(business_date if night else None)),
        kept("subledger_is_gl", night, business_date, *subledger()),
        kept("movements_are_postings", night, business_date, *movements()),
        kept("seals_hold", night, business_date, *seal_differences(every=night is None)),
    ]
    if night is not None and night.prove_by_replay:
        for law, step in (("balances_are_postings", "balances"), ("replay_is_ledger", "replay")):
            proofs.append(kept(law, night, business_date, *found_in_chunks(night, step), out_of=every_loan()))
    if night is None:
        proofs.append(kept("balances_are_postings", None, business_date, every_loan(), balances(0, LAST)))
        if by_replay:
            proofs.append(prove_by_replay())
    return proofs


def prove_by_replay() -> Proof:
    """Replay every loan now, and keep what was found."""
    ids = list(LoanBalance.objects.order_by("pk").values_list("pk", flat=True))
    last_closed = Night.objects.exclude(summarised_at=None).order_by("-business_date").first()
    through = last_closed.business_date if last_closed else date.min
    found = []
    for start in range(0, len(ids), LOANS_AT_ONCE):
        found += replay_differences(ids[start : start + LOANS_AT_ONCE], late_fees_through=through)
    return kept("replay_is_ledger", None, Tenant.objects.get().business_date, len(ids), found)


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


def balances(first: int, last: int) -> list[Finding]:
    """Loans from id `first` to `last` whose balance is not the sum of their postings and accruals."""
    return [
        {"what": f"Loan {number}", "expected": in_words(stands), "found": in_words(posted)}
        for number, stands, posted in execute("prove_balances", first=first, last=last)
    ]


def in_words(parts: list[Decimal]) -> str:
    return ", ".join(
        f"{name} {amount}" for name, amount in zip(("principal", "interest", "fees", "unapplied"), parts, strict=True)
    )


def replay_differences(loans: list[int], *, late_fees_through: date) -> list[Finding]:
    """Loans for which replaying the events gives other postings, or another balance, than stands."""
    found: list[Finding] = []
    rows = list(Loan.objects.filter(pk__in=loans).select_related("balance").order_by("pk"))
    records, terms_by_loan = records_of(loans), terms_of_loans(rows)
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
        for name, value in balance_fields(terms, gap.journal.state).items():
            stands = getattr(loan.balance, name)
            if stands != value:
                found.append({"what": f"Loan {loan.number}, {name}", "expected": str(value), "found": str(stands)})
    return found
