"""Terms that hold from a day on: which are in force when, and what the change itself does to what is owed.

A modification states the loan's terms in full. From its day on they are the loan's; before it the old ones were; and
once it is reversed it has never been, so the old ones are again. Conventions: docs/finance/modifications.md.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from finance.capitalisation import capitalise
from finance.latefees import assessment_days
from finance.loan_state import Effect, Event, State
from finance.money import ZERO
from finance.terms import LoanTerms


def terms_after(terms: LoanTerms, event: Event) -> LoanTerms:
    """The terms in force once `event` has been applied."""
    return terms if event.new_terms is None else event.new_terms.terms


def terms_on(terms: LoanTerms, events: Iterable[Event]) -> LoanTerms:
    """The terms in force after `events`, which stand and are in order."""
    for event in events:
        terms = terms_after(terms, event)
    return terms


def modify(terms: LoanTerms, state: State, event: Event) -> Effect:
    """Apply a modification: what is owed of interest and fees is carried, capitalised or waived, and the rate changes.

    It finds what is owed on its day whatever was owed when it was agreed, so an event that turns up from before it
    changes what it capitalises; it never forgives more than was agreed. No cash moves and no instalment is filled.
    """
    assert event.new_terms is not None, event
    new, owed, unpaid = event.new_terms, state.interest, state.fees
    capitalised, waived = ZERO, ZERO
    if new.interest == "capitalise":
        capitalised = capitalise(terms, state, replace(event, kind="capitalise_interest", amount=None)).principal
    elif new.interest == "waive":
        waived = min(owed, new.interest_waived)
        state.settle_interest(waived, terms.residue)
        state.totals.interest_waived += waived
    fees_capitalised, fees_waived = ZERO, ZERO
    if new.fees == "capitalise":
        fees_capitalised = capitalise(terms, state, replace(event, kind="capitalise_fees", amount=None)).principal
    elif new.fees == "waive":
        fees_waived = min(unpaid, new.fees_waived)
        state.fees -= fees_waived
        state.totals.fees_waived += fees_waived
    if event.rate is not None:
        state.rate = event.rate
    state.rounding = new.terms.rounding  # half a cent may round the other way from here on: that cent is income
    change = state.interest - owed
    return Effect(
        on=event.on,
        kind=event.kind,
        event=event.id,
        principal=capitalised + fees_capitalised,
        interest=change,
        fees=-fees_capitalised - fees_waived,
        income=change + capitalised + waived,
        interest_waived=waived,
        fees_waived=fees_waived,
    )


def assessments(terms: LoanTerms, events: Iterable[Event], *, through: date) -> dict[date, list[int]]:
    """Every day up to `through` at whose end late fees are looked at, and which instalments: counted from 0, in the
    schedule in force at the end of that day.

    events: those that stand, in order. An instalment is looked at once: a due date that was looked at under earlier
    terms is not looked at again under later ones, whatever their days of grace.
    """
    days: dict[date, list[int]] = {}
    since, seen = date.min, set[date]()
    changes = [(event.on, event.new_terms.terms) for event in events if event.new_terms is not None]
    for ends, following in [*changes, (None, terms)]:
        last = through if ends is None else min(through, ends - timedelta(1))
        found: defaultdict[date, list[int]] = defaultdict(list)
        for day, instalments in assessment_days(terms, through=last).items():
            if day >= since:
                found[day] += [k for k in instalments if terms.schedule[k].due_date not in seen]
        days |= found
        seen |= {terms.schedule[k].due_date for instalments in found.values() for k in instalments}
        since, terms = ends or since, following
    return days
