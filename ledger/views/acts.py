"""What can be done to a loan: one table, which the loan's page, the forms and the addresses read."""

from collections.abc import Callable
from dataclasses import dataclass

from finance.replay import Position
from ledger.forms import (
    ActForm,
    ChargeOffForm,
    DeferForm,
    DueDayForm,
    ExtendForm,
    FeeForm,
    PaymentForm,
    RateAndPaymentForm,
    RateForm,
    ReAgeForm,
    ReAmortiseForm,
    RecastForm,
    RecoveryForm,
    RestructureForm,
    TransferForm,
)
from ledger.models import Loan, LoanEvent
from ledger.operations import (
    change_due_day,
    change_rate,
    change_rate_and_payment,
    charge_fee,
    charge_off_loan,
    defer_instalments,
    extend_loan,
    re_age_loan,
    re_amortise_loan,
    recast_loan,
    receive_payment,
    receive_recovery,
    restructure_loan,
    transfer_loan,
    waive_fee,
)
from tenants.models import Role, User
from tenants.roles import permissions_by_role


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """title: of the button and the page.  verb: on the button that does it.  done: the verb afterwards.

    state: the loan's, in which it can be done.  key: its shortcut on the loan's page.
    group: the menu of the loan's page in which it stands; empty is a button of its own.
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
    state: str = Loan.State.ACTIVE


TERMS = "Change terms"
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
    Act(
        name="recast_loan",
        title="Recast",
        verb="Recast",
        done="Recast",
        operation=recast_loan,
        form=RecastForm,
        permission="ledger.modify_loan",
        icon="calculator",
        group=TERMS,
    ),
    Act(
        name="change_rate_and_payment",
        title="Change rate and payment",
        verb="Change rate and payment",
        done="Changed rate and payment of",
        operation=change_rate_and_payment,
        form=RateAndPaymentForm,
        permission="ledger.modify_loan",
        icon="percentage",
        group=TERMS,
    ),
    Act(
        name="extend_loan",
        title="Extend the term",
        verb="Extend",
        done="Extended",
        operation=extend_loan,
        form=ExtendForm,
        permission="ledger.modify_loan",
        icon="calendar",
        group=TERMS,
    ),
    Act(
        name="defer_instalments",
        title="Defer instalments",
        verb="Defer",
        done="Deferred instalments of",
        operation=defer_instalments,
        form=DeferForm,
        permission="ledger.modify_loan",
        icon="calendar",
        group=TERMS,
    ),
    Act(
        name="change_due_day",
        title="Change the due day",
        verb="Change the due day",
        done="Changed the due day of",
        operation=change_due_day,
        form=DueDayForm,
        permission="ledger.modify_loan",
        icon="calendar",
        group=TERMS,
    ),
    Act(
        name="re_amortise_loan",
        title="Re-amortise",
        verb="Re-amortise",
        done="Re-amortised",
        operation=re_amortise_loan,
        form=ReAmortiseForm,
        permission="ledger.modify_loan",
        icon="calculator",
        group=TERMS,
    ),
    Act(
        name="re_age_loan",
        title="Re-age",
        verb="Re-age",
        done="Re-aged",
        operation=re_age_loan,
        form=ReAgeForm,
        permission="ledger.restructure_loan",
        icon="history",
        group=TERMS,
    ),
    Act(
        name="restructure_loan",
        title="Restructure",
        verb="Restructure",
        done="Restructured",
        operation=restructure_loan,
        form=RestructureForm,
        permission="ledger.restructure_loan",
        icon="adjustments",
        group=TERMS,
    ),
    Act(
        name="transfer_loan",
        title="Move to another product",
        verb="Move",
        done="Moved to another product:",
        operation=transfer_loan,
        form=TransferForm,
        permission="ledger.restructure_loan",
        icon="git-compare",
        group=TERMS,
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
