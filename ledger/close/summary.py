"""What a night writes into the general ledger for all loans together: interest, and where balances stand."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import F, Sum

from ledger.mapping import BALANCES, Use, mapped_account, versions
from ledger.models import Account, Posting
from ledger.posting import Line, account_id, post
from ledger.sql import statement
from tenants.models import LegalEntity

Placed = dict[tuple[str, int], Decimal]  # {(role, account): signed amount}


def sum_interest(business_date: date) -> None:
    """The interest of all loans that no entry carries yet, an entry for each company and day in the books."""
    with connection.cursor() as cursor:
        cursor.execute(statement("unsummarised_interest"), {"on": business_date})
        rows = cursor.fetchall()
    days: defaultdict[tuple[int, str, date], Placed] = defaultdict(dict)
    for company, currency, booked_on, product_id, state, amount in rows:
        lines = days[company, currency, booked_on]
        for role, signed in (("interest", amount), ("interest_income", -amount)):
            found = placed_on(company, currency, role, booked_on, business_date, Use(product_id, state))
            lines[role, found] = lines.get((role, found), Decimal(0)) + signed
    for (company, currency, booked_on), lines in days.items():
        post_together(company, currency, "accrual", lines, booked_on, business_date)


def reclassify(business_date: date) -> None:
    """Move what is owed to the accounts that the mapping names for the loans as they stand now.

    A loan that was charged off, or a mapping that starts, changes where balances belong without any event of theirs.
    What belongs there less what stands there is posted, so running it again posts nothing.
    """
    for (company, currency, role), gap in misplaced(business_date).items():
        lines = {(role, account): amount for account, amount in gap.items()}
        post_together(company, currency, f"reclassification/{role}", lines, business_date, business_date)


def misplaced(business_date: date) -> dict[tuple[int, str, str], dict[int, Decimal]]:
    """{(company, currency, role): {account: what belongs there less what stands there}}, without the zeros.

    business_date: the last whose interest is summed.
    Companies whose mapping names no account of its own for balances cost nothing. A role whose sum is wrong is the
    proof's to report, and is left alone.
    """
    companies = [
        company
        for company in LegalEntity.objects.values_list("pk", flat=True)
        if any(role in rules for _, rules in versions(company, business_date) for role in BALANCES)
    ]
    if not companies:
        return {}
    gaps: defaultdict[tuple[int, str, str], defaultdict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    with connection.cursor() as cursor:
        cursor.execute(statement("balances_by_use"), {"companies": companies, "on": business_date})
        for company, currency, product_id, state, *amounts in cursor.fetchall():
            for role, amount in zip(BALANCES, amounts, strict=True):
                use = Use(product_id, state)
                found = placed_on(company, currency, role, business_date, business_date, use)
                gaps[company, currency, role][found] += amount
    accounts = Account.objects.filter(legal_entity__in=companies, role__in=BALANCES)
    stands = Posting.objects.filter(account__in=accounts).values_list("account_id")
    books = dict(stands.annotate(net=Sum(F("debit") - F("credit"))).order_by())
    for account in accounts:
        gaps[account.legal_entity_id, account.currency, account.role][account.pk] -= books.get(account.pk, Decimal(0))
    found_gaps = {key: {account: amount for account, amount in gap.items() if amount} for key, gap in gaps.items()}
    return {key: gap for key, gap in found_gaps.items() if gap and not sum(gap.values())}


def placed_on(company: int, currency: str, role: str, on: date, posted_on: date, use: Use) -> int:
    """The account of a line that no event posts."""
    return mapped_account(company, role, on=on, posted_on=posted_on, use=use) or account_id(company, currency, role)


def post_together(company: int, currency: str, kind: str, lines: Placed, on: date, posted_on: date) -> None:
    """One entry of the night; nothing when its lines cancel out."""
    written = [
        Line(role, amount, on, account_id=account) for (role, account), amount in sorted(lines.items()) if amount
    ]
    if written:
        post(
            legal_entity_id=company,
            currency=currency,
            kind=kind.partition("/")[0],
            lines=written,
            effective_on=on,
            booked_on=on,
            posted_on=posted_on,
            key=f"{kind}/{posted_on}/{company}/{currency}/{on}",
        )
