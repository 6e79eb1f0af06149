"""A tenant with at least one row in every table, made the way the application makes them wherever it does."""

import zlib
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import ADDITION, LogEntry
from django.utils import timezone

from ledger.boarding import AgreedTerms, board_loan
from ledger.close.night import start_night, work_night
from ledger.forks.steps import Step
from ledger.models import BoardingRow, BoardingRun, Difference, LateLoan, Loan, Night, NightException, Period, Proof
from ledger.opening import open_books
from ledger.operations import (
    add_account,
    approve_mapping,
    ask_to_reopen,
    close_period,
    decide_reopening,
    defer_instalments,
    draft_mapping,
    hold_for_company,
    receive_payment,
    record_receipt,
    reverse_event,
    take_export,
    tick_period,
)
from ledger.operations.forks import add_act, open_fork
from ledger.operations.mapping import DraftLine
from parties.models import Identifier, Party, PortalAccess
from parties.operations import change_party
from servicing.payoffs.operations import issue_payoff_letter
from servicing.statements.operations import correct_statements, make_statements
from tenants.current import tenant_context
from tenants.long_work import begin, ended
from tenants.models import LegalEntity, ListFile, ListFilePiece, LongWork, SavedView
from tests.conftest import make_people, make_product_version
from tests.origination.conftest import make_desk


def populate(tenant: Any) -> None:
    """Fill `tenant`, and commit."""
    with tenant_context(tenant.pk):
        people = make_people()
        company = LegalEntity.objects.get()
        open_books(company, first_day=date(2008, 12, 1), last_day=date(2009, 1, 31))
        version = make_product_version(people.administrator, people.portfolio_manager)
        party = Party.objects.create(kind="person", name="Ada Example")
        Identifier.of(party, "ssn", "123456789").save()
        PortalAccess.objects.create(user=people.borrower, party=party)
        by = people.borrower
        change_party(party=party, values={"phone": "510-555-0142"}, on=date(2008, 12, 1), by=by, because="Moved")
        EmailAddress.objects.create(user=people.borrower, email=people.borrower.email, verified=True, primary=True)
        Authenticator.objects.create(user=people.auditor, type=Authenticator.Type.TOTP, data={"secret": "x"})
        LogEntry.objects.create(user=people.administrator, action_flag=ADDITION, object_repr="x", change_message="x")
        begin(LongWork.Kind.BOARDING, key="going on", title="Board more.csv", total=9, source=LongWork.Source.COMMAND)
        work = begin(
            LongWork.Kind.PROOF, key="one", title="Proof by replay of every loan", total=1, by=people.operations
        )
        ended(work.pk, result="1 loan replayed: the law holds.", done=1, total=1)
        fill_list_file(people.operations)
        SavedView.objects.create(
            user=people.operations, list="loans", name="Late", query="bucket=1-29", is_default=True
        )
        loan = board_loan(
            agreed=AgreedTerms(amount=Decimal("9000.00"), rate=Decimal("8"), months=12, disbursed_on=date(2008, 12, 1)),
            product_version=version,
            borrower=party,
            legal_entity=company,
            key="loan",
            by=people.operations,
        )
        payment = receive_payment(
            loan_id=loan.pk, amount=Decimal("100.00"), effective_on=date(2008, 12, 31), key="pay", by=people.operations
        )
        reverse_event(event_id=payment.pk, reason="Returned", key="back", by=people.operations)
        defer_instalments(
            loan_id=loan.pk, count=1, effective_on=date(2008, 12, 31), reason="Agreed", key="mod", by=people.operations
        )
        fill_forks(loan, people)
        fill_letters(loan, people)
        desk = make_desk(people, company, version)
        for state in ("funded", "approved", "draft"):
            desk.at(state)
        run = BoardingRun.objects.create(
            tape="t.csv",
            layout="sba",
            sha256=f"{tenant.pk:064d}",
            business_date=date(2008, 12, 31),
            product_version=version,
        )
        BoardingRow.objects.create(
            run=run, line=2, column="Term", value="0", outcome="refused", rule="term", sentence="No term."
        )
        night = start_night()
    assert work_night(tenant.pk, night.pk)
    with tenant_context(tenant.pk):
        fill_periods(people)
        fill_general_ledger(company, people, date(2009, 1, 1))
        NightException.objects.create(night=Night.objects.get(), loan=loan, step="accrue", sentence="x")
        LateLoan.objects.create(business_date=date(2008, 12, 31), loan=loan, dpd=1, past_due_amount=Decimal("1.00"))
        proof = Proof.objects.earliest("pk")
        Difference.objects.create(law=proof.law, what="x", expected="1", found="2", first_proof=proof, last_proof=proof)
        fill_statements(loan, people)


def fill_list_file(by: Any) -> None:
    """The file of a long list, written."""
    work = begin(LongWork.Kind.FILE, key="file", title="Loans as CSV", by=by)
    until = timezone.now() + timedelta(days=7)
    file = ListFile.objects.create(
        work=work, list="loans", address="/loans/?format=csv", format="csv", name="loans.csv", size=8, kept_until=until
    )
    ListFilePiece.objects.create(file=file, number=0, content=zlib.compress(b"Loan\r\n1\r\n"))
    ended(work.pk, result="1 loan, 0.1 MB.", done=1, total=1, subject=file.pk)


def fill_letters(loan: Loan, people: Any) -> None:
    """What a borrower is sent: a payoff letter, and statements once a month is over."""
    issue_payoff_letter(loan_id=loan.pk, good_through=date(2009, 1, 10), key="letter", by=people.borrower)


def fill_statements(loan: Loan, people: Any) -> None:
    """December's, and its correction."""
    make_statements(period_end=date(2008, 12, 31), by=people.operations, loans=[loan.pk])
    receive_payment(
        loan_id=loan.pk, amount=Decimal("50.00"), effective_on=date(2008, 12, 30), key="found", by=people.operations
    )
    correct_statements(recorded_since=date(2009, 1, 1), by=people.operations)


def fill_forks(loan: Loan, people: Any) -> None:
    """A what-if that is a draft, with one act."""
    fork = open_fork(loan_id=loan.pk, title="x", by=people.operations)
    fee = Step("charge_fee", "k", {"amount": "5.00", "effective_on": "2008-12-31", "reason": "x"})
    add_act(fork_id=fork.pk, number=1, step=fee, by=people.operations)


def fill_mapping(company: LegalEntity, people: Any) -> None:
    """A mapping that is approved, and the draft of the next."""
    account = add_account(company=company, code="1207", name="Loans receivable, term", role="principal")
    given = {"company": company, "remark": "x", "lines": [DraftLine("principal", account)], "by": people.operations}
    mapping = draft_mapping(effective_from=date(2009, 1, 5), **given)
    approve_mapping(mapping_id=mapping.pk, by=people.portfolio_manager)
    draft_mapping(effective_from=date(2009, 2, 1), **given)


def fill_periods(people: Any) -> None:
    """December closed, opened again and closed once more, with another opening asked for."""
    december = Period.objects.get(starts_on=date(2008, 12, 1))
    for closing in (1, 2):
        for item in ("suspense", "cash", "corrections"):
            tick_period(period_id=december.pk, item=item, note="Looked at.", by=people.operations)
        close_period(period_id=december.pk, by=people.operations)
        request = ask_to_reopen(period_id=december.pk, reason="x", by=people.operations)
        if closing == 1:
            decide_reopening(request_id=request.pk, approve=True, by=people.portfolio_manager)


def fill_general_ledger(company: LegalEntity, people: Any, on: date) -> None:
    """A mapping and its draft; an export of what was posted before `on`, and its receipt; another company's money."""
    fill_mapping(company, people)
    batch = take_export(
        company=company,
        target="netsuite",
        detail="entry",
        through=on - timedelta(1),
        key="export",
        by=people.operations,
    )
    record_receipt(
        batch_id=batch.pk,
        journals=1,
        debits=Decimal("1.00"),
        credits=Decimal("1.00"),
        note="",
        by=people.operations,
    )
    second = LegalEntity.objects.create(name=f"Second to {company}")
    open_books(second, first_day=on.replace(day=1), last_day=date(2009, 1, 31))
    hold_for_company(
        debtor=second,
        creditor=company,
        amount=Decimal("5.00"),
        effective_on=on,
        reason="x",
        key="held",
        by=people.operations,
    )
