"""The list of loans."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Collate
from django.urls import reverse

from ledger.models import Loan
from ledger.selectors import BUCKETS, PAST_DUE, in_bucket
from parties.models import Party, search_text
from parties.selectors import ids_with_words
from tenants.lists import Choice, Column, RowList, Search, in_any

Found = QuerySet[Any]


def named_or_numbered(text: str, most: int) -> tuple[list[int], bool]:
    """Loans whose number begins so, or whose borrower's name has these words; and whether there are more."""
    loans: Found = Loan.objects.annotate(plain_number=Collate("number", "C"))
    numbered = loans.filter(plain_number__begins_with=text.upper()).order_by("plain_number")
    borrowers, more = ids_with_words(search_text(text).split(), most, most)
    named: Found = Loan.objects.filter(borrower__pk__any_of=borrowers)
    keys, more_of_them = in_any(most, numbered, named)
    return keys, more or more_of_them


def name_of_party(text: str) -> str:
    party = Party.objects.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    return party.name if party else ""


def days_past_due(loan: Loan) -> int | None:
    """None where nothing is owed any more."""
    return loan.balance.dpd if loan.balance.open else None


LOANS = RowList(
    name="loans",
    noun=("loan", "loans"),
    permission="ledger.view_loan",
    order=("number",),
    currency="currency",
    large=True,
    selectable=True,
    base=("state",),
    filters=(
        Search(name="q", label="Name or number", found=named_or_numbered),
        Choice(
            name="state",
            label="State",
            any="Any state",
            choices=dict(Loan.State.choices),
            apply=lambda rows, value: rows.filter(state=value),
        ),
        Choice(
            name="bucket",
            label="Days late",
            any="Late or not",
            choices={code: f"{code} days late" for code in BUCKETS} | {"current": "Current", PAST_DUE: "Any days late"},
            apply=lambda rows, value: rows.filter(in_bucket(value, "balance__")),
        ),
        Search(
            name="borrower",
            label="Borrower",
            words=name_of_party,
            in_form=False,
            apply=lambda rows, value: rows.filter(borrower=int(value)),
        ),
    ),
    columns=(
        Column(
            key="number",
            label="Loan",
            value="number",
            sort="number",
            long="index",
            url=lambda loan: reverse("loan", args=[loan.number]),
        ),
        Column(
            key="borrower", label="Borrower", value="borrower.name", cell="name", sort="borrower__name", long="index"
        ),
        Column(
            key="principal",
            label="Principal",
            value="balance.principal",
            cell="money",
            sort="balance__principal",
            long="alone",
            sum="balance__principal",
            unit="USD",
        ),
        Column(
            key="interest",
            label="Interest",
            value="balance.interest",
            cell="money",
            sort="balance__interest",
            sum="balance__interest",
        ),
        Column(key="fees", label="Fees", value="balance.fees", cell="money", sort="balance__fees", sum="balance__fees"),
        Column(
            key="past_due",
            label="Past due",
            value="balance.past_due_amount",
            cell="money",
            sort="balance__past_due_amount",
            long="rare",
            sum="balance__past_due_amount",
        ),
        Column(
            key="dpd",
            label="Late",
            value=days_past_due,
            reads=("balance__dpd", "balance__open"),
            cell="bucket",
            sort="balance__dpd",
            long="rare",
        ),
        Column(
            key="next_due",
            label="Next due",
            value="balance.next_due_on",
            cell="day",
            sort="balance__next_due_on",
            nullable=True,
        ),
        Column(key="state", label="State", value="state", cell="state", sort="state"),
        Column(
            key="unapplied",
            label="Unapplied",
            value="balance.unapplied",
            cell="money",
            sort="balance__unapplied",
            long="rare",
            sum="balance__unapplied",
            shown=False,
        ),
        Column(
            key="amount", label="Amount agreed", value="amount", cell="money", sort="amount", sum="amount", shown=False
        ),
        Column(key="rate", label="Rate", value="balance.rate", cell="rate", sort="balance__rate", shown=False),
        Column(key="opened", label="Paid out", value="opened_on", cell="day", sort="opened_on", shown=False),
        Column(key="matures", label="Matures", value="matures_on", cell="day", sort="matures_on", shown=False),
        Column(
            key="product",
            label="Product",
            value="product_version.product.name",
            cell="name",
            sort="product_version__product__name",
            shown=False,
        ),
        Column(key="company", label="Company", value="legal_entity.name", sort="legal_entity__name", shown=False),
        Column(key="boarded", label="Boarded on", value="boarded_on", cell="day", sort="boarded_on", shown=False),
    ),
)
