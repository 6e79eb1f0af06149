"""A sample event of a real loan, and the journal it would make under two mappings. Nothing is written."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.errors import Refused
from finance.loan_state import Event
from finance.replay import accrue, apply
from ledger.mapping import Rules, first_fit, mapped_account, use_of
from ledger.models import Account, Loan
from ledger.posting import account_id
from ledger.recipes import lines_of
from ledger.replay import state_of
from ledger.terms import terms_of

# What can be tried: the recipe's name, and the words for it.
SAMPLES = {
    "payment": "Payment",
    "fee": "Fee",
    "late_fee": "Late fee",
    "fee_waiver": "Fee waiver",
    "disburse": "Disbursement",
    "accrual": "A night's interest",
    "charge_off": "Charge-off",
    "recovery": "Recovery",
}


@dataclass(frozen=True, slots=True)
class SampleLine:
    """amount: signed, debits positive.  now and then: the accounts under what is in force, and under the version."""

    role: str
    amount: Decimal
    now: Account
    then: Account

    @property
    def plays(self) -> str:
        """The role in words."""
        return self.role.replace("_", " ").capitalize()

    @property
    def credit(self) -> Decimal:
        return -self.amount

    @property
    def moves(self) -> bool:
        return self.now.pk != self.then.pk


def sample_journal(loan: Loan, kind: str, amount: Decimal, rules: Rules, *, today: date) -> list[SampleLine]:
    """What `kind` of `amount` dollars would post on the loan today. Raises Refused where the loan cannot take it."""
    terms, state = terms_of(loan), state_of(loan.balance)
    accrue(terms, state, max(today, loan.balance.accrued_through))
    if kind == "accrual":
        lines = {"interest": amount, "interest_income": -amount}
    else:
        borne = None if kind == "charge_off" else amount
        effect = apply(terms, state, Event(id="sample", kind=kind, on=state.accrued_through or today, amount=borne))
        lines = lines_of(effect)
    if not lines:
        raise NothingPosted(kind=SAMPLES[kind].lower(), number=loan.number)
    use = use_of(loan, fee_kind=kind)
    company, currency = loan.legal_entity_id, loan.currency
    found = []
    for role, signed in lines.items():
        chart = account_id(company, currency, role)
        now = mapped_account(company, role, on=today, posted_on=today, use=use) or chart
        found.append((role, signed, now, first_fit(rules, role, use) or chart))
    accounts = Account.objects.in_bulk({pk for _, _, now, then in found for pk in (now, then)})
    sides = sorted(found, key=lambda line: (line[1] < 0, line[0]))
    return [SampleLine(role, signed, accounts[now], accounts[then]) for role, signed, now, then in sides]


class NothingPosted(Refused):
    code = "nothing_posted"
    message = "A {kind} on loan {number} would post nothing: try another loan or event."
