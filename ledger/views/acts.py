"""What can be done to a loan: one table, which the loan's page, the forms and the addresses read."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from finance.replay import Position
from ledger.forms import ActForm, ChargeOffForm, FeeForm, PaymentForm, RateForm, RecoveryForm
from ledger.models import Loan, LoanEvent
from ledger.operations import (
    apply_credit,
    buy_back_loan,
    capitalise,
    change_rate,
    charge_fee,
    charge_off_loan,
    disburse_escrow,
    draw_funds,
    place_on_nonaccrual,
    receive_escrow,
    receive_payment,
    receive_payoff,
    receive_recovery,
    refund_credit,
    restore_accrual,
    sell_loan,
    waive_fee,
    write_off_small_balance,
)
from ledger.other_forms import (
    AmountForm,
    BuyBackForm,
    CapitaliseForm,
    DrawForm,
    EscrowOutForm,
    PayoffForm,
    ReasonForm,
    RefundForm,
    SaleForm,
)
from tenants.models import Role, User
from tenants.roles import permissions_by_role


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """title: of the button and the page.  verb: on the button that does it.  done: the verb afterwards.

    states: the loan's, in which it can be done.  key: its shortcut on the loan's page.  more: whether it stands under
    "More" there.  when: whether the loan's page offers it at all, in one of its states.
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
    states: tuple[str, ...] = (Loan.State.ACTIVE,)
    more: bool = False
    when: Callable[[Loan, Position], bool] = lambda loan, at: True

    def offered(self, loan: Loan, at: Position) -> bool:
        """Whether the loan's page shows it; the everyday acts also on a loan that is paid off, with why not."""
        everyday = not self.more and Loan.State.ACTIVE in self.states and loan.state == Loan.State.PAID_OFF
        return (loan.state in self.states or everyday) and self.when(loan, at)


ANY = tuple(Loan.State.values)

TABLE = (
    Act(
        name="take_payment",
        title="Take a payment",
        verb="Take",
        done="Took",
        operation=receive_payment,
        form=PaymentForm,
        permission="ledger.take_payment",
        icon="cash",
        key="p",
    ),
    Act(
        name="charge_fee",
        title="Charge a fee",
        verb="Charge",
        done="Charged",
        operation=charge_fee,
        form=FeeForm,
        permission="ledger.charge_fee",
        icon="receipt",
        key="f",
    ),
    Act(
        name="waive_fee",
        title="Waive a fee",
        verb="Waive",
        done="Waived",
        operation=waive_fee,
        form=FeeForm,
        permission="ledger.waive_fee",
        icon="receipt-refund",
        key="w",
    ),
    Act(
        name="change_rate",
        title="Change the rate",
        verb="Change the rate",
        done="Changed the rate of",
        operation=change_rate,
        form=RateForm,
        permission="ledger.change_rate",
        icon="percentage",
        key="r",
    ),
    Act(
        name="charge_off",
        title="Charge off",
        verb="Charge off",
        done="Charged off",
        operation=charge_off_loan,
        form=ChargeOffForm,
        permission="ledger.charge_off",
        icon="cash-off",
        key="x",
    ),
    Act(
        name="receive_recovery",
        title="Take a recovery",
        verb="Take",
        done="Took",
        operation=receive_recovery,
        form=RecoveryForm,
        permission="ledger.take_payment",
        icon="cash",
        key="p",
        states=(Loan.State.CHARGED_OFF,),
    ),
    Act(
        name="take_payoff",
        title="Take the payoff",
        verb="Take",
        done="Took",
        operation=receive_payoff,
        form=PayoffForm,
        permission="ledger.take_payment",
        icon="checklist",
        more=True,
    ),
    Act(
        name="apply_credit",
        title="Apply held money",
        verb="Apply",
        done="Applied",
        operation=apply_credit,
        form=AmountForm,
        permission="ledger.take_payment",
        icon="coins",
        more=True,
        when=lambda loan, at: at.state.unapplied > 0,
    ),
    Act(
        name="refund_credit",
        title="Refund held money",
        verb="Refund",
        done="Refunded",
        operation=refund_credit,
        form=RefundForm,
        permission="ledger.refund",
        icon="arrow-back-up",
        states=ANY,
        more=True,
        when=lambda loan, at: at.state.unapplied > 0,
    ),
    Act(
        name="receive_escrow",
        title="Take into escrow",
        verb="Take into escrow",
        done="Took into escrow",
        operation=receive_escrow,
        form=AmountForm,
        permission="ledger.take_payment",
        icon="moneybag",
        more=True,
    ),
    Act(
        name="disburse_escrow",
        title="Pay out of escrow",
        verb="Pay out",
        done="Paid out of escrow",
        operation=disburse_escrow,
        form=EscrowOutForm,
        permission="ledger.disburse_escrow",
        icon="send",
        states=ANY,
        more=True,
        when=lambda loan, at: at.state.escrow > 0,
    ),
    Act(
        name="draw_funds",
        title="Pay out a draw",
        verb="Pay out",
        done="Paid out",
        operation=draw_funds,
        form=DrawForm,
        permission="ledger.draw_funds",
        icon="building-bank",
        states=(Loan.State.ACTIVE, Loan.State.PAID_OFF),
        more=True,
        when=lambda loan, at: loan.terms.get("line") is not None,
    ),
    Act(
        name="capitalise",
        title="Capitalise interest or fees",
        verb="Capitalise",
        done="Capitalised",
        operation=capitalise,
        form=CapitaliseForm,
        permission="ledger.capitalise",
        icon="plus",
        more=True,
    ),
    Act(
        name="place_on_nonaccrual",
        title="Put on non-accrual",
        verb="Put on non-accrual",
        done="Put on non-accrual",
        operation=place_on_nonaccrual,
        form=ReasonForm,
        permission="ledger.change_accrual_status",
        icon="hourglass",
        more=True,
        when=lambda loan, at: not at.state.nonaccrual,
    ),
    Act(
        name="restore_accrual",
        title="Return to accrual",
        verb="Return to accrual",
        done="Returned to accrual",
        operation=restore_accrual,
        form=ReasonForm,
        permission="ledger.change_accrual_status",
        icon="refresh",
        more=True,
        when=lambda loan, at: at.state.nonaccrual,
    ),
    Act(
        name="write_off_small_balance",
        title="Write off a small balance",
        verb="Write off",
        done="Wrote off",
        operation=write_off_small_balance,
        form=ReasonForm,
        permission="ledger.write_off_small_balance",
        icon="minus",
        more=True,
        when=lambda loan, at: Decimal(loan.terms.get("small_balance", "0.00")) >= at.payoff > 0,
    ),
    Act(
        name="sell_loan",
        title="Sell",
        verb="Sell for",
        done="Sold for",
        operation=sell_loan,
        form=SaleForm,
        permission="ledger.sell_loan",
        icon="signature",
        states=(Loan.State.ACTIVE, Loan.State.CHARGED_OFF),
        more=True,
    ),
    Act(
        name="buy_back_loan",
        title="Buy back",
        verb="Buy back for",
        done="Bought back for",
        operation=buy_back_loan,
        form=BuyBackForm,
        permission="ledger.sell_loan",
        icon="signature",
        states=(Loan.State.SOLD,),
    ),
)
ACTS = {act.name: act for act in TABLE}


def why_not(act: Act, loan: Loan, at: Position, user: User) -> str:
    """Why `user` cannot do it now, in a sentence; an empty text when nothing stands in the way."""
    if not user.has_perm(act.permission):
        return f"{roles_with(act.permission)} can."
    if loan.state not in act.states:
        return f"The loan is {loan.get_state_display().lower()}."
    if act.name == "waive_fee" and not at.state.fees:
        return "No fee is owed."
    return ""


def roles_with(permission: str) -> str:
    """The roles that have `permission`, as words: Operations and collections."""
    holders = [role for role, may in permissions_by_role().items() if permission in may]
    names = [Role(role).label for role in holders if role in Role.values]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])).capitalize()
