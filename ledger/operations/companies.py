"""Between two companies of the tenant: cash that one holds for the other, and paying it over. Each balances alone."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from finance.errors import Refused
from ledger.companies import pair_account, pairs
from ledger.day import BusinessDay, hold_business_day
from ledger.errors import InTheFuture, KeyReused
from ledger.models import Account, Entry, InterCompany, Loan
from ledger.operations.payments import receive_payment
from ledger.posting import Line, account_id, post, reverse
from tenants.models import LegalEntity, User


class OneCompany(Refused):
    code = "one_company"
    message = "{company} cannot owe itself: choose two companies."


class CurrenciesDiffer(Refused):
    code = "currencies_differ"
    message = "{debtor} keeps its books in {theirs} and {creditor} in {ours}: nothing is posted between two currencies."


class MoreThanDue(Refused):
    code = "more_than_due"
    message = "{debtor} owes {creditor} ${due}, less than the ${amount} to pay over: pay over at most that."


class AlreadyTakenBack(Refused):
    code = "already_taken_back"
    message = "This posting was already taken back, or takes another one back: enter again what should stand."


@transaction.atomic
def hold_for_company(
    *,
    debtor: LegalEntity,
    creditor: LegalEntity,
    amount: Decimal,
    effective_on: date,
    reason: str,
    key: str,
    by: User,
    loan: Loan | None = None,
) -> InterCompany:
    """Cash of `creditor`'s that lies in `debtor`'s bank account: the one gives its cash up for a claim on the other."""
    day = hold_business_day()
    given = {"kind": "held", "debtor": debtor, "creditor": creditor, "amount": amount, "effective_on": effective_on}
    if earlier := seen_before(key, given):
        return earlier
    require_possible(debtor, creditor, effective_on, day)
    return write(given | {"reason": reason, "loan": loan, "by": by}, key=key, day=day, sign=1)


@transaction.atomic
def settle_between_companies(
    *,
    debtor: LegalEntity,
    creditor: LegalEntity,
    amount: Decimal,
    effective_on: date,
    reason: str,
    key: str,
    by: User,
) -> InterCompany:
    """`debtor` pays `creditor` what it holds for it, at most what is due."""
    day = hold_business_day()
    given = {"kind": "settled", "debtor": debtor, "creditor": creditor, "amount": amount, "effective_on": effective_on}
    if earlier := seen_before(key, given):
        return earlier
    require_possible(debtor, creditor, effective_on, day)
    # Two settlements at once would each see the whole debt.
    Account.objects.select_for_update(no_key=True).get(pk=pair_account(debtor, creditor, "due_to").pk)
    due = next((p.due_to for p in pairs() if (p.debtor.pk, p.creditor.pk) == (debtor.pk, creditor.pk)), Decimal(0))
    if amount > due:
        raise MoreThanDue(debtor=debtor, creditor=creditor, due=f"{due:,.2f}", amount=f"{amount:,.2f}")
    return write(given | {"reason": reason, "by": by}, key=key, day=day, sign=-1)


@transaction.atomic
def receive_payment_at_company(
    *, at: LegalEntity, loan_id: int, amount: Decimal, effective_on: date, key: str, by: User
) -> InterCompany:
    """A borrower paid into the bank account of `at`, which is not the loan's company: the loan is paid all the same."""
    loan = Loan.objects.select_related("legal_entity").get(pk=loan_id)
    if at.pk == loan.legal_entity_id:
        raise OneCompany(company=at)
    receive_payment(loan_id=loan_id, amount=amount, effective_on=effective_on, key=f"{key}/payment", by=by)
    return hold_for_company(
        debtor=at,
        creditor=loan.legal_entity,
        amount=amount,
        effective_on=effective_on,
        reason=f"Payment of loan {loan.number}, paid to {at}",
        key=key,
        by=by,
        loan=loan,
    )


@transaction.atomic
def take_back_between_companies(*, posting_id: int, reason: str, key: str, by: User) -> InterCompany:
    """Undo a posting in the books of both companies, with contra entries linked to it. A payment's stays paid."""
    day = hold_business_day()
    target = InterCompany.objects.select_related("debtor_entry", "creditor_entry", "debtor", "creditor").get(
        pk=posting_id
    )
    given = {"kind": "reversed", "target": target, "debtor": target.debtor, "creditor": target.creditor}
    if earlier := seen_before(key, given):
        return earlier
    if target.kind == "reversed" or InterCompany.objects.filter(target=target).exists():
        raise AlreadyTakenBack()
    entries = {
        side: reverse(getattr(target, side), posted_on=day.today, key=f"{key}/{side}")
        for side in ("debtor_entry", "creditor_entry")
    }
    kept = {"amount": target.amount, "effective_on": target.effective_on, "loan_id": target.loan_id}
    return InterCompany.objects.create(**given, **kept, **entries, reason=reason, by=by, key=key)


def seen_before(key: str, content: dict[str, object]) -> InterCompany | None:
    """The posting this key already made. The same key with other content is refused."""
    earlier = InterCompany.objects.filter(key=key).first()
    if earlier is not None and any(getattr(earlier, name) != value for name, value in content.items()):
        raise KeyReused(key=key)
    return earlier


def require_possible(debtor: LegalEntity, creditor: LegalEntity, effective_on: date, day: BusinessDay) -> None:
    if debtor.pk == creditor.pk:
        raise OneCompany(company=debtor)
    if debtor.currency != creditor.currency:
        raise CurrenciesDiffer(debtor=debtor, theirs=debtor.currency, creditor=creditor, ours=creditor.currency)
    if effective_on > day.today:
        raise InTheFuture(on=effective_on.isoformat(), today=day.today.isoformat())


def write(given: dict[str, object], *, key: str, day: BusinessDay, sign: int) -> InterCompany:
    """Both entries and the row that holds them together. sign: 1 when the debt grows, -1 when it is paid."""
    debtor, creditor, amount = given["debtor"], given["creditor"], given["amount"]
    assert isinstance(debtor, LegalEntity)
    assert isinstance(creditor, LegalEntity)
    assert isinstance(amount, Decimal)
    entries: dict[str, Entry] = {}
    for side, company, other, role, cash in (
        ("debtor_entry", debtor, creditor, "due_to", sign * amount),
        ("creditor_entry", creditor, debtor, "due_from", -sign * amount),
    ):
        on = given["effective_on"]
        assert isinstance(on, date)
        lines = [
            Line("cash", cash, on, account_id=account_id(company.pk, company.currency, "cash")),
            Line(role, -cash, on, account_id=pair_account(company, other, role).pk),
        ]
        entries[side] = post(
            legal_entity_id=company.pk,
            currency=company.currency,
            kind="inter_company",
            lines=sorted(lines, key=lambda line: -line.amount),
            effective_on=on,
            posted_on=day.today,
            key=f"{key}/{side}",
        )
    return InterCompany.objects.create(**given, **entries, key=key)
