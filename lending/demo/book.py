"""Setting the demo up: a lender, its people and products, and its book of real loans on 31 December 2008."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from ledger.models import BoardingRun, Entry, Loan
from ledger.opening import close_periods, open_books
from ledger.posting import Line, post
from ledger.tapes import LAYOUTS, begin_boarding, board_tape, end_boarding, version_in_force
from lending.demo.catalogue import BOOK_PRODUCT, DATA, enter_prime_rates, fill_catalogue
from lending.demo.papers import send_papers
from lending.demo.people import BORROWER, LATE_BORROWER, invite_people
from parties.models import PortalAccess
from parties.operations import change_party
from tenants.current import every_tenant_id, tenant_context
from tenants.models import LegalEntity, Tenant, User
from tenants.operations import open_tenant

SLUG, NAME, COMPANY = "golden-state", "Golden State Lending", "Golden State Lending LLC"
TAPE, LAYOUT = DATA / "sba_california_loans.csv", "sba"
BUSINESS_DATE = date(2008, 12, 31)
FIRST_DAY, LAST_DAY = date(1989, 1, 1), date(2009, 1, 31)  # of the books; the tape's oldest loan is of January 1989
CLOSED_THROUGH = date(2008, 11, 30)
CAPITAL = Decimal("240000000.00")  # the book is lent out before it is repaid: cash never falls below zero

Told = Callable[[str], None]


def set_up_demo(told: Told) -> int:
    """Make whatever of the demo is not there yet. Returns the tenant's id; repeating it changes nothing."""
    tenant_id = demo_tenant()
    with tenant_context(tenant_id):
        company = LegalEntity.objects.get(name=COMPANY)
        told("Opening the books")
        if not Entry.objects.filter(kind="capital").exists():
            open_books(company, first_day=FIRST_DAY, last_day=LAST_DAY)
            pay_in_capital(company)
        told("Inviting the people")
        people = invite_people()
        told("Entering the products and the prime rate")
        enter_prime_rates()
        fill_catalogue(drafted_by=people["underwriter"], approved_by=people["portfolio"])
    with tenant_context(tenant_id):
        if not BoardingRun.objects.exists():
            board_the_book(company, people["operations"], told)
        give_portal_access(people)
        told("Sending the borrowers their papers")
        send_papers(people[BORROWER], Tenant.objects.get(pk=tenant_id).business_date)
    return tenant_id


def demo_tenant() -> int:
    """The id of the demo's tenant, made when there is none."""
    for tenant_id in every_tenant_id():
        with tenant_context(tenant_id):
            if Tenant.objects.get(pk=tenant_id).slug == SLUG:
                return tenant_id
    tenant = open_tenant(
        name=NAME, slug=SLUG, hosts=["*"], business_date=BUSINESS_DATE, legal_entity=COMPANY, currency="USD"
    )
    return tenant.pk


def pay_in_capital(company: LegalEntity) -> None:
    """What the owners put in, so that there is money to lend. An ordinary entry, of the demo's making."""
    post(
        legal_entity_id=company.pk,
        currency=company.currency,
        kind="capital",
        lines=[Line("cash", CAPITAL, FIRST_DAY), Line("capital", -CAPITAL, FIRST_DAY)],
        effective_on=FIRST_DAY,
        posted_on=BUSINESS_DATE,
        key="demo/capital",
    )


def board_the_book(company: LegalEntity, by: User, told: Told) -> None:
    """Board the tape, then close the months before the business date's."""
    work = begin_boarding(TAPE)
    run = board_tape(
        TAPE,
        layout=LAYOUTS[LAYOUT],
        product_version=version_in_force(BOOK_PRODUCT, BUSINESS_DATE),
        legal_entity=company,
        by=by,
        told=lambda done, total: told(f"Boarding loans: {done:,} of {total:,}"),
    )
    end_boarding(work, run)
    told(f"Boarded {run.boarded:,} loans; {run.refused:,} rows refused, {run.corrected:,} corrected")
    months = close_periods(company, through=CLOSED_THROUGH)
    told(f"Closed {months:,} months of the books")


def give_portal_access(people: dict[str, User]) -> None:
    """Let the two borrowers see a loan each: one that is paid as agreed, one that is a month or two behind."""
    current = active_loans().filter(balance__dpd=0, amount__gte=50_000, matures_on__gte=date(2012, 1, 1))
    late = active_loans().filter(balance__dpd__range=(30, 89))
    for mailbox, loans in ((BORROWER, current), (LATE_BORROWER, late)):
        user = people[mailbox]
        if PortalAccess.objects.filter(user=user).exists():
            continue
        if loan := loans.order_by("number").select_related("borrower").first():
            PortalAccess.objects.create(user=user, party=loan.borrower)
            change_party(
                party=loan.borrower,
                values={"email": user.email},
                on=BUSINESS_DATE,
                by=people["operations"],
                because="Access to the portal",
            )


def active_loans() -> QuerySet[Loan]:
    loans: QuerySet[Loan] = Loan.objects.filter(state=Loan.State.ACTIVE).exclude(boarding_run=None)
    return loans
