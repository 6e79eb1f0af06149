"""Interest and fees that become principal.

A capitalisation is an event of its own (capitalise_interest, capitalise_fees), after the payments of its day and
before a charge-off. From its day on, what was capitalised bears interest. It is not cash: it fills no instalment.
"""

from finance.loan_state import Effect, Event, State
from finance.terms import LoanTerms


def capitalise(terms: LoanTerms, state: State, event: Event) -> Effect:
    """Add to principal what is owed of the event's part, at most its amount when it bears one. Changes `state`.

    Interest is capitalised as rounded, as it would have been paid; the terms' residue rule applies as to a payment.
    """
    before = state.interest
    of_interest = event.kind == "capitalise_interest"
    owed = before if of_interest else state.fees
    amount = owed if event.amount is None else min(event.amount, owed)
    state.principal += amount
    if of_interest:
        state.settle_interest(amount, terms.residue)
        state.totals.capitalised_interest += amount
        change = state.interest - before
        return Effect(
            on=event.on,
            kind=event.kind,
            event=event.id,
            principal=amount,
            interest=change,
            income=change + amount,
        )
    state.fees -= amount
    state.totals.capitalised_fees += amount
    return Effect(on=event.on, kind=event.kind, event=event.id, principal=amount, fees=-amount)
