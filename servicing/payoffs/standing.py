"""Whether a payoff letter still stands: worked out from the loan each time it is asked. Reads only."""

from dataclasses import dataclass
from datetime import date

from ledger.models import Loan, LoanEvent
from ledger.standing import read_account
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
    """paid, or else expired, or else replaced where events changed an amount that is still to come, or else good.

    What was changed and changed back stands again. Four queries at most.
    """
    loan = letter.loan
    if loan.state == Loan.State.PAID_OFF:
        return Standing(PAID, f"The loan was paid off on {day(loan.ended_on)}.")
    if today > letter.good_through:
        return Standing(EXPIRED, f"The letter was good through {day(letter.good_through)}. Ask for a new one.")
    if loan.state != Loan.State.ACTIVE:
        return Standing(REPLACED, "What is owed on the loan has changed. Ask the lender for a new letter.")
    account = read_account(loan)
    now, _ = quote_of(account, on=today, good_through=letter.good_through)
    told = [(date.fromisoformat(on), amount) for on, amount in letter.content["amounts"]]
    if [(on, str(amount)) for on, amount in now.amounts] == [(on, amount) for on, amount in told if on >= today]:
        amount = dollars(letter.amount)
        return Standing(GOOD, f"{amount} pays the loan off on {weekday(letter.good_through)}.")
    after = letter.last_event_id or 0
    causes = sorted((row for row in account.events if row.pk > after), key=lambda row: row.pk, reverse=True)
    since = f" since {day(causes[0].recorded_on)}" if causes else ""
    return Standing(
        REPLACED,
        f"What is owed on the loan has changed{since}, so this amount no longer pays it off. Ask for a new letter.",
        tuple(causes[:CAUSES_NAMED]),
    )
