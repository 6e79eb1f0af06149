"""An act on a loan: its words, its operation, its form, and when the loan's page offers it."""

from collections.abc import Callable
from dataclasses import dataclass

from finance.replay import Position
from ledger.forms import ActForm
from ledger.models import Loan, LoanEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """title: of the button and the page.  verb: on the button that does it.  done: the verb afterwards.

    states: the loan's, in which it can be done.  key: its shortcut on the loan's page.
    group: the menu of the loan's page in which it stands, one of GROUPS; empty is a button of its own.
    when: whether the loan's page offers it at all, in one of its states.
    """

    name: str
    title: str
    verb: str
    done: str
    operation: Callable[..., LoanEvent]
    form: type[ActForm]
    permission: str
    icon: str
    key: str = ""
    group: str = ""
    states: tuple[str, ...] = (Loan.State.ACTIVE,)
    when: Callable[[Loan, Position], bool] = lambda loan, at: True

    def offered(self, loan: Loan, at: Position) -> bool:
        """Whether the loan's page shows it; the everyday acts also on a loan that is paid off, with why not."""
        everyday = not self.group and Loan.State.ACTIVE in self.states and loan.state == Loan.State.PAID_OFF
        return (loan.state in self.states or everyday) and self.when(loan, at)


ANY = tuple(Loan.State.values)
GROUPS = TERMS, MORE = ("Change terms", "More")
