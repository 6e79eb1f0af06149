"""The end of a company's fiscal year: income and expense go into retained earnings, and the next year starts at zero.

Derived like everything else: what the accounts of income and expense stand at on the last day is what is carried over,
so a second run posts what came since, and nothing when nothing did.
"""

from datetime import date
from decimal import Decimal

from django.db.models import F, Sum

from ledger.models import Account, Entry, Period, Posting
from ledger.opening import fill_chart
from ledger.posting import Line, account_id, post, reverse

KIND = "year_end"


def ends_year(period: Period) -> bool:
    """Whether the month is the last of its company's fiscal year."""
    month: int = period.legal_entity.fiscal_year_ends_in
    return period.ends_on.month == month


def close_year(period: Period, *, posted_on: date) -> Entry | None:
    """Carry the result of the year that ends with `period` into retained earnings; None when there is none to carry."""
    company = period.legal_entity
    fill_chart(company)
    through = Posting.objects.filter(account__legal_entity=company, booked_on__lte=period.ends_on)
    through = through.filter(account__kind__in=[Account.Kind.INCOME, Account.Kind.EXPENSE])
    rows = through.values_list("account_id", "account__role").annotate(net=Sum(F("debit") - F("credit")))
    lines = [
        Line(role, -net, period.ends_on, account_id=account)
        for account, role, net in rows.order_by("account__code")
        if net
    ]
    if not lines:
        return None
    result = sum((line.amount for line in lines), Decimal("0.00"))
    if result:
        retained = account_id(company.pk, company.currency, "retained_earnings")
        lines.append(Line("retained_earnings", -result, period.ends_on, account_id=retained))
    earlier = Entry.objects.filter(legal_entity=company, kind=KIND, booked_on=period.ends_on).count()
    return post(
        legal_entity_id=company.pk,
        currency=company.currency,
        kind=KIND,
        lines=lines,
        effective_on=period.ends_on,
        booked_on=period.ends_on,
        posted_on=posted_on,
        key=f"year-end/{company.pk}/{period.ends_on}/{earlier + 1}",
    )


def undo_year(period: Period, *, posted_on: date) -> list[Entry]:
    """Take back the closing entries of the year that ends with `period`, which is open again."""
    standing = Entry.objects.filter(
        legal_entity_id=period.legal_entity_id, kind=KIND, booked_on=period.ends_on, reversed_by=None
    )
    return [reverse(entry, posted_on=posted_on, key=f"{entry.key}/undone") for entry in standing.order_by("pk")]
