"""What needs a person now: the rows of each role's first page, ranked by money at risk and by the clock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from finance.money import ZERO
from ledger import selectors
from ledger.models import Night, Proof
from lending.templatetags.figures import days
from origination.models import Application
from origination.selectors import applications_to_release, applications_to_review
from origination.waiting import for_staff
from tenants.models import User

SHOWN = 25  # of each source: the most money, or the longest wait, first


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One row. broken: the books themselves are in doubt, which comes before any money.

    why: the reason, a sentence.  money: dollars at risk.  since: the day from which it waits.
    """

    what: str
    url: str
    why: str
    who: str = ""
    money: Decimal = ZERO
    since: date | None = None
    broken: bool = False

    @property
    def rank(self) -> tuple[bool, Decimal, date]:
        return not self.broken, -self.money, self.since or date.max


def needs_of(user: User, today: date) -> tuple[list[Need], bool]:
    """What `user` should do, the most pressing first, each source asked once; and whether there is more of some."""
    sources = {source: None for role, asked in SOURCES.items() if user.has_role(role) for source in asked}
    answers = [list(source(today)) for source in sources]
    found = [need for answer in answers for need in answer]
    return sorted(found, key=lambda need: need.rank), any(len(answer) == SHOWN for answer in answers)


def to_review(today: date) -> Iterable[Need]:
    return [of_application(row, today) for row in applications_to_review(limit=SHOWN)]


def to_release(today: date) -> Iterable[Need]:
    return [of_application(row, today) for row in applications_to_release(limit=SHOWN)]


def of_application(row: Application, today: date) -> Need:
    return Need(
        what=row.number,
        who=row.name,
        url=reverse("application", args=[row.number]),
        why=for_staff(row, today),
        money=row.figure or ZERO,
        since=row.state_since,
    )


def exceptions(today: date) -> Iterable[Need]:
    return [
        Need(
            what=row.loan.number,
            who=row.loan.borrower.name,
            url=reverse("loan", args=[row.loan.number]),
            why=f"The night could not do this loan: {row.sentence}",
            money=row.loan.balance.owed,
            since=row.night.business_date,
            broken=True,
        )
        for row in selectors.open_exceptions(SHOWN)
    ]


def broken_proofs(today: date) -> Iterable[Need]:
    return [of_proof(row) for row in selectors.latest_proofs() if not row.holds]


def of_proof(row: Proof) -> Need:
    return Need(
        what=f"{row.get_law_display()}: does not hold",
        url=reverse("proof_law", args=[row.law]),
        why=f"{len(row.differences)} of {row.compared} compared differ.",
        since=row.business_date,
        broken=True,
    )


def unfinished_night(today: date) -> Iterable[Need]:
    night: Night | None = selectors.latest_night()
    if night is None or night.finished_at is not None:
        return []
    why = "It has started and not finished; loans are closed day by day, so tomorrow waits for it."
    return [Need(what=str(night), url=reverse("night"), why=why, since=night.business_date, broken=True)]


def unapplied(today: date) -> Iterable[Need]:
    return [
        Need(
            what=row.loan.number,
            who=row.loan.borrower.name,
            url=reverse("loan", args=[row.loan.number]),
            why="Money came in that nothing was owed for. It is held and never applied by itself.",
            money=row.unapplied,
            since=row.last_event_on,
        )
        for row in selectors.most_unapplied(SHOWN)
    ]


def past_due(today: date) -> Iterable[Need]:
    return [
        Need(
            what=row.loan.number,
            who=row.loan.borrower.name,
            url=reverse("loan", args=[row.loan.number]),
            why=f"{days(row.dpd)} past due.",
            money=row.past_due_amount,
            since=row.next_due_on,
        )
        for row in selectors.most_past_due(SHOWN)
    ]


Source = Callable[[date], Iterable[Need]]
SOURCES: dict[str, tuple[Source, ...]] = {
    "underwriter": (to_review,),
    "operations": (broken_proofs, unfinished_night, exceptions, to_release, unapplied),
    "collections": (past_due,),
    "portfolio_manager": (broken_proofs, to_release),
    "auditor": (broken_proofs,),
    "administrator": (broken_proofs, unfinished_night, exceptions),
}
