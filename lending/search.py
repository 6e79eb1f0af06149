"""Anything by what somebody types: loans, parties, applications, pages, and what can be done to a loan.

Every part asks for its own permission, so a person finds what they could have opened, and nothing tells them of the
rest. docs/decisions/0009-finding-among-a-million.md says how a part stays fast.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Collate
from django.urls import reverse

from ledger.models import Loan
from ledger.selectors import business_date
from ledger.standing import carried
from ledger.terms import terms_of
from ledger.views.acts import ACTS, why_not
from lending.navigation import PAGES, STAFF
from origination.models import Application
from parties.models import Party
from parties.selectors import parties_called
from tenants.models import User

EACH = 6
LONGEST = 80
COVERS = "loan and application numbers from their first character, names by their words, pages, and what you can do"


@dataclass(frozen=True, slots=True)
class Hit:
    """label: what it is called.  note: what tells it from others.  icon: of its kind.  why_not: it cannot be done."""

    label: str
    url: str
    icon: str
    note: str = ""
    state: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    hits: Sequence[Hit]


def find(text: str, user: User) -> list[Group]:
    """What `user` may open that fits `text`, kind by kind; no kind without a hit. At most twelve queries."""
    text = text.strip()[:LONGEST]
    if not text:
        return []
    number, rest = number_in(text)
    parties = parties_called(rest or text, EACH) if user.has_perm("parties.view_party") else []
    loans = loans_found(number, parties) if user.has_perm("ledger.view_loan") else []
    groups = [
        Group("Loans", [loan_hit(loan) for loan in loans]),
        Group("Do", acts_on(loans, rest if number else "", user)),
        Group("Applications", applications_found(number, parties, user)),
        Group("People and companies", [party_hit(party) for party in parties]),
        Group("Pages", pages_called(text, user)),
    ]
    return [group for group in groups if group.hits]


def number_in(text: str) -> tuple[str, str]:
    """(the word that may be a number, the other words): "take payment 1115215000". No digit, no number."""
    words = text.split()
    numbers = [word for word in words if any(letter.isdigit() for letter in word)]
    if len(numbers) != 1:
        return ("", text)
    return numbers[0].lstrip("#").upper(), " ".join(word for word in words if word != numbers[0])


def numbered(rows: QuerySet, number: str) -> QuerySet:  # type: ignore[type-arg]
    """The first of those whose number begins so, in the order of numbers. One query, when it is read."""
    plain = Collate("number", "C")
    found: QuerySet = rows.annotate(plain_number=plain).filter(plain_number__begins_with=number)  # type: ignore[type-arg]
    return found.order_by("plain_number")[:EACH]


def loans_found(number: str, parties: Sequence[Party]) -> list[Loan]:
    """Loans by their number, else those of the parties found. At most two queries."""
    named: QuerySet[Loan] = Loan.objects.select_related("borrower", "balance")
    found = list(numbered(named, number)) if number else []
    if not found and parties:
        place = {party.pk: position for position, party in enumerate(parties)}
        theirs = named.filter(borrower__in=[party.pk for party in parties]).order_by("state", "number")[:EACH]
        found = sorted(theirs, key=lambda loan: place[loan.borrower_id])
    return found


def loan_hit(loan: Loan) -> Hit:
    owed = f"${loan.balance.owed:,.2f} owed" if loan.balance.owed else ""
    note = ", ".join(filter(None, [loan.borrower.name, owed]))
    return Hit(f"Loan {loan.number}", reverse("loan", args=[loan.number]), "coins", note, loan.state)


def acts_on(loans: Sequence[Loan], wanted: str, user: User) -> list[Hit]:
    """What can be done to the loan, when one alone was found; those allowed first, the others with why not.

    wanted: words that the act's title has. Three queries.
    """
    if len(loans) != 1:
        return []
    (loan,) = loans
    at = carried(loan.balance, terms_of(loan), business_date())
    offered = [act for act in ACTS.values() if act.offered(loan, at) and fits(wanted, act.title)]
    hits = [
        Hit(
            f"{act.title} on {loan.number}",
            reverse(act.name, args=[loan.number]),
            act.icon,
            why_not=why_not(act, loan, at, user),
        )
        for act in offered
    ]
    return sorted(hits, key=lambda hit: bool(hit.why_not))[:EACH]


def applications_found(number: str, parties: Sequence[Party], user: User) -> list[Hit]:
    """Applications that were sent. At most two queries."""
    if not user.has_perm("origination.view_application"):
        return []
    sent: QuerySet[Application] = Application.objects.sent()
    found = list(numbered(sent, number)) if number else []
    if not found and parties:
        found = list(sent.filter(party__in=[party.pk for party in parties]).order_by("-id")[:EACH])
    return [application_hit(one) for one in found]


def application_hit(one: Application) -> Hit:
    return Hit(f"Application {one.number}", reverse("application", args=[one.number]), "file-text", one.name, one.state)


def party_hit(party: Party) -> Hit:
    icon = "building" if party.kind == Party.Kind.COMPANY else "user"
    return Hit(party.name, reverse("party", args=[party.pk]), icon, party.place)


def pages_called(text: str, user: User) -> list[Hit]:
    places = [place for place in (*STAFF, *PAGES) if not place.permission or user.has_perm(place.permission)]
    return [Hit(place.label, reverse(place.url_name), place.icon) for place in places if fits(text, place.label)][:EACH]


def fits(wanted: str, title: str) -> bool:
    """Every word wanted begins a word of the title."""
    words = title.lower().split()
    return all(any(one.startswith(word) for one in words) for word in wanted.lower().split())
