"""A tenant with at least one row in every table, made the way the application makes them wherever it does."""

from datetime import date
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import ADDITION, LogEntry

from ledger.boarding import AgreedTerms, board_loan
from ledger.close.night import start_night, work_night
from ledger.models import BoardingRow, BoardingRun, Night, NightException
from ledger.opening import open_books
from ledger.operations import defer_instalments, receive_payment, reverse_event
from parties.models import Identifier, Party, PortalAccess
from tenants.current import tenant_context
from tenants.models import LegalEntity
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
        EmailAddress.objects.create(user=people.borrower, email=people.borrower.email, verified=True, primary=True)
        Authenticator.objects.create(user=people.auditor, type=Authenticator.Type.TOTP, data={"secret": "x"})
        LogEntry.objects.create(user=people.administrator, action_flag=ADDITION, object_repr="x", change_message="x")
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
        NightException.objects.create(night=Night.objects.get(), loan=loan, step="accrue", sentence="x")
