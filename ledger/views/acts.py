"""What can be done to a loan: one table, which the loan's page, the forms and the addresses read."""

from collections.abc import Callable
from dataclasses import dataclass

from finance.replay import Position
from ledger.forms import ActForm, ChargeOffForm, FeeForm, PaymentForm, RateForm, RecoveryForm
from ledger.models import Loan, LoanEvent
from ledger.operations import change_rate, charge_fee, charge_off_loan, receive_payment, receive_recovery, waive_fee
from tenants.models import Role, User
from tenants.roles import permissions_by_role


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """title: of the button and the page.  verb: on the button that does it.  done: the verb afterwards.

    state: the loan's, in which it can be done.  key: its shortcut on the loan's page.
    """

    name: str
    title: str
    verb: str
    done: str
    operation: Callable[..., LoanEvent]
    form: type[ActForm]
    permission: str
    icon: str
    key: str
    state: str = Loan.State.ACTIVE


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
        state=Loan.State.CHARGED_OFF,
    ),
)
ACTS = {act.name: act for act in TABLE}


def why_not(act: Act, loan: Loan, at: Position, user: User) -> str:
    """Why `user` cannot do it now, in a sentence; an empty text when nothing stands in the way."""
    if not user.has_perm(act.permission):
        return f"{roles_with(act.permission)} can."
    if loan.state != act.state:
        return f"The loan is {loan.get_state_display().lower()}."
    if act.name == "waive_fee" and not at.state.fees:
        return "No fee is owed."
    return ""


def roles_with(permission: str) -> str:
    """The roles that have `permission`, as words: Operations and collections."""
    holders = [role for role, may in permissions_by_role().items() if permission in may]
    names = [Role(role).label for role in holders if role in Role.values]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])).capitalize()
