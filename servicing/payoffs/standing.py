"""Whether a payoff letter still stands: worked out from the loan each time it is asked. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.models import Loan, LoanEvent
from servicing.past import Past, read_pasts
from servicing.payoffs.letter import quote_of
from servicing.payoffs.models import PayoffLetter
from servicing.words import day, dollars, weekday

GOOD, REPLACED, PAID, EXPIRED = "good", "replaced", "paid", "expired"
# status: (its word, its meaning for a badge)
WORDS = {
    GOOD: ("Still good", "good"),
    REPLACED: ("Replaced", "attention"),
    PAID: ("Paid", "good"),
    EXPIRED: ("Expired", "neutral"),
}
CAUSES_NAMED = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """status: one of WORDS.  sentence: why, for anybody.  causes: what changed it, for borrower and staff."""

    status: str
    sentence: str
    causes: tuple[LoanEvent, ...] = ()

    @property
    def word(self) -> str:
        return WORDS[self.status][0]

    @property
    def meaning(self) -> str:
        return WORDS[self.status][1]


def standing_of(letter: PayoffLetter, today: date) -> Standing:
    """Of one letter. Three queries at most, five where the loan was modified."""
    return with_standing([letter], today)[0][1]


def with_standing(letters: Sequence[PayoffLetter], today: date) -> list[tuple[PayoffLetter, Standing]]:
    """Each letter with its standing: the same queries for one and for many. Their loans must have been read with them.

    paid, or else expired, or else replaced where events changed an amount that is still to come, or else good. What was
    changed and changed back stands again.
    """
    open_ones = {one.loan_id: one.loan for one in letters if one.loan.state == Loan.State.ACTIVE}
    asked = {one.loan_id for one in letters if today <= one.good_through}
    pasts = read_pasts([loan for loan_id, loan in open_ones.items() if loan_id in asked])
    return [(letter, judged(letter, today, pasts.get(letter.loan_id))) for letter in letters]


def judged(letter: PayoffLetter, today: date, past: Past | None) -> Standing:
    loan = letter.loan
    if loan.state == Loan.State.PAID_OFF:
        return Standing(PAID, f"The loan was paid off on {day(loan.ended_on)}.")
    if today > letter.good_through:
        return Standing(EXPIRED, f"The letter was good through {day(letter.good_through)}. Ask for a new one.")
    if past is None:
        return Standing(REPLACED, "What is owed on the loan has changed. Ask the lender for a new letter.")
    now, _ = quote_of(past, on=today, good_through=letter.good_through)
    still_to_come = [[on, amount] for on, amount in letter.content["amounts"] if date.fromisoformat(on) >= today]
    if [[on.isoformat(), str(amount)] for on, amount in now.amounts] == still_to_come:
        amount = dollars(letter.amount)
        return Standing(GOOD, f"{amount} pays the loan off on {weekday(letter.good_through)}.")
    causes = [row for row in reversed(past.rows) if row.pk > (letter.last_event_id or 0)]
    since = f" since {day(causes[0].recorded_on)}" if causes else ""
    return Standing(
        REPLACED,
        f"What is owed on the loan has changed{since}, so this amount no longer pays it off. Ask for a new letter.",
        tuple(causes[:CAUSES_NAMED]),
    )
