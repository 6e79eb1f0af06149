"""The laws of the books, tried every night and on demand. A difference of one cent is kept, with both figures."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from ledger.models import Loan, LoanBalance, Night, Proof
from ledger.replay import balance_fields, difference, records_of
from ledger.sql import statement
from ledger.terms import first_terms_of_loans
from tenants.models import Tenant

Finding = dict[str, Any]


def prove_books(night: Night | None = None) -> list[Proof]:
    """Try every law now, and keep what was found. With a night, its entries and what its replay found are meant."""
    business_date = night.business_date if night else Tenant.objects.get().business_date
    compared, differences = entries(business_date)
    proofs = [kept("entries_balance", night, business_date, compared, differences)]
    compared, differences = subledger()
    proofs.append(kept("subledger_is_gl", night, business_date, compared, differences))
    loans = LoanBalance.objects.count()
    if night is None or night.prove_by_replay:
        proofs.append(kept("balances_are_postings", night, business_date, loans, balances()))
        found = [row for findings in replayed(night) for row in findings]
        proofs.append(kept("replay_is_ledger", night, business_date, loans, found))
    return proofs


def replayed(night: Night | None) -> list[list[Finding]]:
    if night is not None:
        return list(night.chunks.filter(step="replay").values_list("findings", flat=True))
    last_closed = Night.objects.exclude(summarised_at=None).order_by("-business_date").first()
    through = last_closed.business_date if last_closed else date.min
    return [replay_differences(list(LoanBalance.objects.values_list("pk", flat=True)), late_fees_through=through)]


def kept(law: str, night: Night | None, business_date: date, compared: int, differences: list[Finding]) -> Proof:
    return Proof.objects.create(
        night=night,
        law=law,
        business_date=business_date,
        compared=compared,
        differences=differences[:200],
        holds=not differences,
    )


def entries(on: date) -> tuple[int, list[Finding]]:
    """How many entries were posted on `on`, and those that do not balance."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE posted_on = %s", [on])
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


def balances() -> list[Finding]:
    """Loans whose balance is not the sum of their postings and accruals."""
    with connection.cursor() as cursor:
        cursor.execute(statement("prove_balances"))
        rows = cursor.fetchall()
    return [
        {"what": f"Loan {number}", "expected": in_words(stands), "found": in_words(posted)}
        for number, stands, posted in rows
    ]


def in_words(parts: list[Decimal]) -> str:
    return ", ".join(
        f"{name} {amount}" for name, amount in zip(("principal", "interest", "fees", "unapplied"), parts, strict=True)
    )


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
        for name, value in balance_fields(gap.journal.terms, gap.journal.state).items():
            stands = getattr(loan.balance, name)
            if stands != value:
                found.append({"what": f"Loan {loan.number}, {name}", "expected": str(value), "found": str(stands)})
    return found
