"""What needs a person now: the rows of each role's first page, ranked by money at risk and by the clock."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.urls import reverse

from finance.money import ZERO
from ledger import selectors
from ledger.models import Difference, Fork, GLMapping, Night, Period, Proof, ReopenRequest
from lending.templatetags.figures import days
from origination.models import Application
from origination.selectors import applications_to_release, applications_to_review
from origination.waiting import for_staff
from tenants.models import User

SHOWN = 25  # of each source: the most money, or the longest wait, first


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One row. broken: the books themselves are in doubt, which comes before any money.

    why: the reason, a sentence.  act: what to do next, the words of the button.  money: dollars at risk.
    since: the day from which it waits.  by: the day by which it has to be done.  overdue: that has come.
    """

    what: str
    url: str
    why: str
    act: str
    who: str = ""
    money: Decimal = ZERO
    since: date | None = None
    by: date | None = None
    overdue: bool = False
    broken: bool = False

    @property
    def rank(self) -> tuple[bool, bool, Decimal, date]:
        return not self.broken, not self.overdue, -self.money, self.by or self.since or date.max


def needs_of(user: User, today: date) -> tuple[list[Need], bool]:
    """What `user` should do, the most pressing first, each source asked once; and whether there is more of some."""
    sources = {source: None for role, asked in SOURCES.items() if user.has_role(role) for source in asked}
    answers = [list(source(user, today)) for source in sources]
    found = [need for answer in answers for need in answer]
    return sorted(found, key=lambda need: need.rank), any(len(answer) == SHOWN for answer in answers)


def to_review(user: User, today: date) -> Iterable[Need]:
    return [of_application(row, today) for row in applications_to_review(limit=SHOWN)]


def to_release(user: User, today: date) -> Iterable[Need]:
    return [of_application(row, today) for row in applications_to_release(limit=SHOWN)]


def of_application(row: Application, today: date) -> Need:
    waits = row.state in (Application.State.SUBMITTED, Application.State.IN_REVIEW)
    return Need(
        what=row.number,
        who=row.name,
        url=reverse("application", args=[row.number]),
        why=for_staff(row, today),
        act=ACTS.get(row.state, "Open"),
        by=row.decide_by if waits else None,
        overdue=bool(waits and row.decide_by and row.decide_by <= today),
        money=row.figure or ZERO,
        since=row.state_since,
    )


def exceptions(user: User, today: date) -> Iterable[Need]:
    return [
        Need(
            what=row.loan.number,
            who=row.loan.borrower.name,
            url=reverse("loan", args=[row.loan.number]),
            why=f"The night could not do this loan: {row.sentence}",
            act="Try again" if user.has_perm("ledger.run_night") else "Look at it",
            money=row.loan.balance.owed,
            since=row.night.business_date,
            broken=True,
        )
        for row in selectors.open_exceptions(SHOWN)
    ]


def broken_proofs(user: User, today: date) -> Iterable[Need]:
    broken = [row for row in selectors.latest_proofs() if not row.holds]
    without_owner = Difference.objects.filter(resolved_at=None, owner=None, law__in=[row.law for row in broken])
    nobodys = Counter(without_owner.values_list("law", flat=True)) if broken else Counter[str]()
    return [of_proof(row, nobodys[row.law]) for row in broken]


def of_proof(row: Proof, nobodys: int) -> Need:
    owned = f"Nobody looks after {nobodys} of them yet." if nobodys else "Each has somebody who looks after it."
    return Need(
        what=f"{row.get_law_display()}: does not hold",
        url=reverse("proof_law", args=[row.law]),
        why=f"{len(row.differences)} of {row.compared} compared differ. {owned}",
        act="See the differences",
        since=row.business_date,
        broken=True,
    )


def unfinished_night(user: User, today: date) -> Iterable[Need]:
    night: Night | None = selectors.latest_night()
    if night is None or night.finished_at is not None:
        return []
    why = "It has started and not finished; loans are closed day by day, so tomorrow waits for it."
    url, since = reverse("night"), night.business_date
    return [Need(what=str(night), url=url, why=why, act="See how far it is", since=since, broken=True)]


def unapplied(user: User, today: date) -> Iterable[Need]:
    return [
        Need(
            what=row.loan.number,
            who=row.loan.borrower.name,
            url=reverse("loan", args=[row.loan.number]),
            why="Money came in that nothing was owed for. It is held and never applied by itself.",
            act="Apply or refund",
            money=row.unapplied,
            since=row.last_event_on,
        )
        for row in selectors.most_unapplied(SHOWN)
    ]


def past_due(user: User, today: date) -> Iterable[Need]:
    return [
        Need(
            what=row.loan.number,
            who=row.loan.borrower.name,
            url=reverse("loan", args=[row.loan.number]),
            why=f"{days(row.dpd)} past due.",
            act="Open the loan",
            money=row.past_due_amount,
            since=row.next_due_on,
        )
        for row in selectors.most_past_due(SHOWN)
    ]


def what_ifs(user: User, today: date) -> Iterable[Need]:
    proposed = Fork.objects.filter(state=Fork.State.PROPOSED).exclude(made_by=user)
    rows = proposed.select_related("loan__borrower", "loan__balance", "made_by").order_by("proposed_on", "pk")
    return [
        Need(
            what=row.title,
            who=row.loan.borrower.name,
            url=reverse("what_if", args=[row.loan.number, row.pk]),
            why=f"{row.made_by} proposes it: {row.reason} A second person commits it.",
            act="Commit or send back",
            money=row.loan.balance.owed,
            since=row.proposed_on,
        )
        for row in rows[:SHOWN]
    ]


def mappings(user: User, today: date) -> Iterable[Need]:
    drafts = GLMapping.objects.filter(approved_at=None).exclude(drafted_by=user)
    return [
        Need(
            what=f"GL mapping {row.number}",
            who=str(row.legal_entity),
            url=reverse("gl_mapping", args=[row.pk]),
            why=f"{row.drafted_by} drafted it. It starts on {row.effective_from:%-d %b %Y} once it is approved.",
            act="Approve",
            by=row.effective_from,
            overdue=row.effective_from <= today,
        )
        for row in drafts.select_related("legal_entity", "drafted_by").order_by("effective_from", "pk")[:SHOWN]
    ]


def reopenings(user: User, today: date) -> Iterable[Need]:
    asked = ReopenRequest.objects.filter(decision="").exclude(asked_by=user)
    return [
        Need(
            what=f"Open {row.period} again",
            who=str(row.period.legal_entity),
            url=reverse("period", args=[row.period_id]),
            why=f"{row.asked_by} asks: {row.reason}",
            act="Decide",
        )
        for row in asked.select_related("period__legal_entity", "asked_by").order_by("pk")[:SHOWN]
    ]


def months_to_close(user: User, today: date) -> Iterable[Need]:
    """The oldest open month whose last night is done, of each company: months close in order."""
    last_night = Night.objects.filter(business_date=OuterRef("ends_on"), finished_at__isnull=False)
    over = Period.objects.filter(Exists(last_night), closed_at=None).order_by("legal_entity_id", "starts_on")
    return [
        Need(
            what=f"Close {row}",
            who=str(row.legal_entity),
            url=reverse("period", args=[row.pk]),
            why="The month is over: its checklist says what is left.",
            act="Go through the checklist",
            since=row.ends_on,
        )
        for row in over.distinct("legal_entity_id").select_related("legal_entity")[:SHOWN]
    ]


# The next act on an application, by its state.
ACTS = {"submitted": "Start the review", "in_review": "Decide", "accepted": "Release the funds"}
Source = Callable[[User, date], Iterable[Need]]
SOURCES: dict[str, tuple[Source, ...]] = {
    "underwriter": (to_review,),
    "operations": (
        broken_proofs,
        unfinished_night,
        exceptions,
        to_release,
        what_ifs,
        unapplied,
        reopenings,
        months_to_close,
    ),
    "collections": (past_due,),
    "portfolio_manager": (broken_proofs, to_release, what_ifs, mappings, reopenings, months_to_close),
    "auditor": (broken_proofs,),
    "administrator": (broken_proofs, unfinished_night, exceptions, mappings, reopenings),
}
# What one person has begun and another has to finish.
FOR_A_SECOND_PERSON = (to_release, what_ifs, mappings, reopenings)


def waiting(user: User) -> list[Need]:
    """What waits for a second person, whoever that may be, the most pressing first."""
    today = selectors.business_date()
    found = [need for source in FOR_A_SECOND_PERSON for need in source(user, today)]
    return sorted(found, key=lambda need: need.rank)
