"""The close checklist of a month: what the books themselves can answer, and what a person has to look at.

One table. A line that is computed is done or says what is left; a line of judgement is done once a person ticked it
with a note, for this closing of the month.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Max, Min, Q, Sum
from django.urls import reverse

from finance.money import ZERO
from ledger.close.proof import subledger
from ledger.companies import unmatched_pairs
from ledger.models import (
    Account,
    Accrual,
    Entry,
    LoanBalance,
    Night,
    NightException,
    Period,
    PeriodTick,
    Posting,
    Proof,
)
from ledger.selectors import business_date

Answer = tuple[bool, str]  # whether it is done, and the sentence that says how it stands


@dataclass(frozen=True, slots=True)
class Item:
    """name: as ticks keep it.  answer: computed, or for a line of judgement what there is to look at.  where: a URL."""

    name: str
    label: str
    answer: Callable[[Period], Answer]
    where: Callable[[Period], str]
    judgement: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An item as it stands for one month. tick: of this closing, the last one."""

    item: Item
    done: bool
    sentence: str
    url: str
    tick: PeriodTick | None


def checklist(period: Period) -> list[Line]:
    """Every line for `period`, as it stands now. The same queries however many loans there are."""
    ticks = {tick.item: tick for tick in period.ticks.filter(closing=closing_number(period)).select_related("by")}
    lines = []
    for item in ITEMS:
        done, sentence = item.answer(period)
        tick = ticks.get(item.name)
        lines.append(Line(item, tick is not None if item.judgement else done, sentence, item.where(period), tick))
    return lines


def closing_number(period: Period) -> int:
    """Which closing of the month is being worked on: 1, and one more for each time it was opened again."""
    return 1 + period.events.filter(kind="reopened").count()


def over(period: Period) -> Answer:
    today = business_date()
    if period.ends_on < today:
        return True, f"The business date is {today:%-d %b %Y}."
    return False, f"The month ends on {period.ends_on:%-d %b %Y}, and the business date is {today:%-d %b %Y}."


def earlier_months(period: Period) -> Answer:
    earlier = Period.objects.filter(legal_entity_id=period.legal_entity_id, closed_at=None)
    still_open = earlier.filter(starts_on__lt=period.starts_on).order_by("starts_on")
    first = still_open.first()
    return (
        (False, f"{first} is still open: months close in order.") if first else (True, "Every month before is closed.")
    )


def nights(period: Period) -> Answer:
    """Every business date of the month since the first night of these books was closed to its end."""
    began = Night.objects.aggregate(first=Min("business_date"))["first"]
    if began is None or began > period.ends_on:
        return True, "The books began with the months already closed by hand."
    first = max(began, period.starts_on)
    expected = (period.ends_on - first).days + 1
    done = Night.objects.filter(business_date__range=(first, period.ends_on), finished_at__isnull=False).count()
    return done >= expected, f"{done} of {expected} nights are finished."


def exceptions(period: Period) -> Answer:
    waiting = NightException.objects.filter(
        resolved_at=None, night__business_date__lte=period.ends_on, loan__legal_entity_id=period.legal_entity_id
    ).count()
    return not waiting, f"{waiting:,} loan{'' if waiting == 1 else 's'} that a night could not do."


def caught_up(period: Period) -> Answer:
    behind = LoanBalance.objects.filter(
        open=True, accrued_through__lt=period.ends_on, loan__legal_entity_id=period.legal_entity_id
    ).count()
    return not behind, f"{behind:,} open loan{'' if behind == 1 else 's'} without interest to the end of the month."


def interest(period: Period) -> Answer:
    summed = Night.objects.exclude(summarised_at=None).aggregate(on=Max("business_date"))["on"] or date.min
    rows = Accrual.objects.filter(
        entry=None,
        booked_on__lte=period.ends_on,
        posted_on__gt=summed,
        loan__legal_entity_id=period.legal_entity_id,
    )
    amount = rows.aggregate(total=Sum("amount"))["total"] or ZERO
    return not rows.exclude(amount=0).exists(), f"${amount:,.2f} of interest is in no entry yet."


def proofs(period: Period) -> Answer:
    """The last trial of each law was after the month, and held."""
    latest = Proof.objects.order_by("law", "-proved_at", "-pk").distinct("law")
    good = {proof.law for proof in latest if proof.holds and proof.business_date >= period.ends_on}
    bad = [label for law, label in Proof.Law.choices if law not in good]
    if bad:
        return False, f"Not proved since the end of the month, or does not hold: {'; '.join(map(str, bad))}."
    return True, "Every law of the books held after the last day of the month."


def subledger_is_gl(period: Period) -> Answer:
    _, differences = subledger()
    found = "; ".join(
        f"{row['what']}: the loans say ${Decimal(row['expected']):,.2f}, the books ${Decimal(row['found']):,.2f}"
        for row in differences
    )
    return not differences, found or "The loans add up to the general ledger at this moment."


def balances(period: Period) -> Answer:
    """Debits are credits at the end of the month."""
    booked = Posting.objects.filter(account__legal_entity_id=period.legal_entity_id, booked_on__lte=period.ends_on)
    sums = booked.aggregate(debit=Sum("debit"), credit=Sum("credit"))
    debit, credit = sums["debit"] or ZERO, sums["credit"] or ZERO
    return debit == credit, f"Debits ${debit:,.2f}, credits ${credit:,.2f} through {period.ends_on:%-d %b %Y}."


def companies_agree(period: Period) -> Answer:
    wrong = unmatched_pairs(period.legal_entity_id, through=period.ends_on)
    return not wrong, "; ".join(wrong) or "What is due to and from the other companies agrees on both sides."


def suspense(period: Period) -> Answer:
    held = LoanBalance.objects.filter(unapplied__gt=0, loan__legal_entity_id=period.legal_entity_id)
    found = held.aggregate(loans=Count("pk"), amount=Sum("unapplied"))
    loans = f"{found['loans']:,} loan{'' if found['loans'] == 1 else 's'}"
    return False, f"${found['amount'] or ZERO:,.2f} is held unapplied on {loans}."


def cash(period: Period) -> Answer:
    booked = Posting.objects.filter(
        account__legal_entity_id=period.legal_entity_id, account__role="cash", booked_on__lte=period.ends_on
    )
    net: Decimal = booked.aggregate(net=Sum(F("debit") - F("credit")))["net"] or ZERO
    return False, f"The books say {'−' * (net < 0)}${abs(net):,.2f} of cash at the end of the month."


def corrections(period: Period) -> Answer:
    within = Entry.objects.filter(
        legal_entity_id=period.legal_entity_id, booked_on__range=(period.starts_on, period.ends_on)
    )
    found = within.aggregate(
        prior=Count("pk", filter=Q(booked_on__gt=F("effective_on"))),
        back=Count("pk", filter=Q(posted_on__gt=F("effective_on"))),
    )
    return False, f"{found['prior']:,} prior-period entries and {found['back']:,} entered after their day are in it."


def to(name: str) -> Callable[[Period], str]:
    return lambda period: reverse(name)


def account_of(role: str) -> Callable[[Period], str]:
    """The chart's account of the role, at the end of the month."""

    def url(period: Period) -> str:
        accounts = Account.objects.filter(legal_entity_id=period.legal_entity_id, role=role, is_default=True)
        code = accounts.values_list("code", flat=True).first()
        if code is None:
            return reverse("trial_balance")
        day = min(period.ends_on, business_date())
        return f"{reverse('account', args=[code])}?company={period.legal_entity_id}&as_of={day}"

    return url


def trial_balance_of(period: Period) -> str:
    day = min(period.ends_on, business_date())
    return f"{reverse('trial_balance')}?as_of={day}"


ITEMS = (
    Item("over", "The month is over", over, to("night")),
    Item("earlier", "Earlier months are closed", earlier_months, to("periods")),
    Item("nights", "Every night is done", nights, to("night")),
    Item("exceptions", "No loan was left out", exceptions, to("night")),
    Item("caught_up", "Interest runs to the end of the month", caught_up, to("loans")),
    Item("interest", "All interest is in the books", interest, to("trial_balance")),
    Item("proofs", "The laws of the books hold", proofs, to("night")),
    Item("subledger", "The loans add up to the general ledger", subledger_is_gl, to("trial_balance")),
    Item("balances", "Debits equal credits", balances, trial_balance_of),
    Item("companies", "The companies agree with each other", companies_agree, to("consolidated")),
    Item("suspense", "Unapplied money was looked at", suspense, account_of("unapplied"), judgement=True),
    Item("cash", "Cash agrees with the bank", cash, account_of("cash"), judgement=True),
    Item("corrections", "Corrections were looked at", corrections, trial_balance_of, judgement=True),
)
BY_NAME = {item.name: item for item in ITEMS}
