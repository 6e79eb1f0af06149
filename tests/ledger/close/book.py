"""A small committed book with nights to close, for tests that use threads and processes."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from threading import Thread
from typing import Any

from django.db import connections

from ledger.boarding import AgreedTerms, board_loan
from ledger.close.night import start_night, work_night
from ledger.close.proof import prove_books
from ledger.models import Accrual, Entry, Loan, LoanBalance, LoanEvent, Night, Posting, Proof
from ledger.opening import open_books
from ledger.operations import receive_payment
from parties.models import Party
from tenants.current import tenant_context
from tenants.models import LegalEntity
from tests.conftest import BUSINESS_DATE, LATE_FEE, make_people, make_product_version, make_tenant

NEW_YEAR = date(2009, 1, 1)


class Book:
    """A committed tenant with three loans: two paid out on 1 December, one with a late fee on 20 November.

    more: so many others, of $1,000.00 from 1 December.
    """

    def __init__(self, *, more: int = 0) -> None:
        self.tenant = make_tenant()
        with self.inside():
            people = make_people()
            self.by = people.operations
            self.company = LegalEntity.objects.get()
            open_books(self.company, first_day=date(2008, 10, 1), last_day=BUSINESS_DATE)
            plain = make_product_version(people.administrator, people.auditor)
            late = make_product_version(people.administrator, people.auditor, late_fee=LATE_FEE | {"grace_days": 11})
            party = Party.objects.create(kind="company", name="Borrower")
            self.loans = [
                board_loan(
                    agreed=AgreedTerms(amount=D(amount), rate=D("7.3"), months=24, disbursed_on=on),
                    product_version=version,
                    borrower=party,
                    legal_entity=self.company,
                    key=f"loan-{number}",
                    by=self.by,
                )
                for number, (amount, on, version) in enumerate(
                    [("10000.00", date(2008, 12, 1), plain), ("20000.00", date(2008, 12, 1), plain),
                     ("30000.00", date(2008, 11, 20), late), *[("1000.00", date(2008, 12, 1), plain)] * more]
                )
            ]  # fmt: skip

    def inside(self) -> Any:
        return tenant_context(self.tenant.pk)

    def close(self, *, times: int = 1) -> Night:
        for _ in range(times):
            with self.inside():
                night = start_night()
            assert work_night(self.tenant.pk, night.pk)
        return night

    def balance(self, number: int) -> LoanBalance:
        with self.inside():
            return LoanBalance.objects.get(pk=self.loans[number].pk)

    def pay(self, number: int, amount: str, on: date, key: str) -> LoanEvent:
        with self.inside():
            return receive_payment(
                loan_id=self.loans[number].pk, amount=D(amount), effective_on=on, key=key, by=self.by
            )

    def everything(self) -> list[Any]:
        """Every row that the night could change, for before and after."""
        with self.inside():
            return [
                list(model.objects.order_by("pk").values())
                for model in (Accrual, Entry, Posting, LoanEvent, LoanBalance, Loan, Night, Proof)
            ]

    def proofs(self) -> dict[str, bool]:
        with self.inside():
            return {proof.law: proof.holds for proof in prove_books()}


ALL_HOLD = {
    "entries_balance": True, "subledger_is_gl": True, "balances_are_postings": True, "replay_is_ledger": True,
    "movements_are_postings": True, "seals_hold": True,
}  # fmt: skip


def together(*acts: Callable[[], Any], patience: float = 60) -> None:
    """Run all at once, each on a connection of its own; the first error is raised."""
    errors: list[BaseException] = []

    def run(act: Callable[[], Any]) -> None:
        try:
            act()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=patience)
        assert not thread.is_alive()
    if errors:
        raise errors[0]
