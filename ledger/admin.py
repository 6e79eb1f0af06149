"""The control room: the books. Nothing here can be changed; every page says where the work is done."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse

from ledger import fork_admin, general_ledger_admin, portfolio_admin
from ledger.models import (
    Account,
    Accrual,
    BoardingRow,
    BoardingRun,
    Difference,
    Entry,
    IndexRate,
    Instalment,
    LateLoan,
    Loan,
    LoanBalance,
    LoanEvent,
    MonthMovement,
    Movement,
    MovementFold,
    Night,
    NightChunk,
    NightException,
    Period,
    Posting,
    Product,
    ProductVersion,
    Proof,
    Seal,
    SealBlock,
)
from tenants.control_room import LookOnly

__all__ = ["fork_admin", "general_ledger_admin", "portfolio_admin"]  # they register their own

ON_THE_LOAN = "What is done to a loan is done on its page: payments, fees, reversals, charge-off."
BY_EVENTS = "Entries are posted by what happens to loans. A wrong one is taken back by reversing its event."
BY_THE_NIGHT = "The night writes it. See End of day."


class OfALoan(LookOnly):
    """Rows that belong to a loan."""

    list_select_related: ClassVar[Any] = ("loan",)
    instead = ON_THE_LOAN

    def page_of(self, obj: Any) -> str:
        return reverse("loan", args=[obj.loan.number])


@admin.register(Loan)
class LoanAdmin(LookOnly):
    list_display = ("number", "borrower", "state", "amount", "rate", "opened_on", "matures_on", "owed", "past_due")
    list_filter = ("state",)
    list_select_related = ("borrower", "balance")
    search_fields = ("number", "borrower__name")
    amount_fields = ("amount",)
    instead = ON_THE_LOAN

    def page_of(self, obj: Any) -> str:
        return reverse("loan", args=[obj.number])

    @admin.display(description="Owed")
    def owed(self, obj: Loan) -> Decimal:
        return obj.balance.owed

    @admin.display(description="Past due")
    def past_due(self, obj: Loan) -> Decimal:
        past_due: Decimal = obj.balance.past_due_amount
        return past_due


@admin.register(LoanBalance)
class LoanBalanceAdmin(OfALoan):
    list_display = ("loan", "principal", "interest", "fees", "unapplied", "dpd", "past_due_amount", "accrued_through")
    list_filter = ("open",)
    search_fields = ("loan__number", "loan__borrower__name")
    amount_fields = ("principal", "past_due_amount")


@admin.register(Instalment)
class InstalmentAdmin(OfALoan):
    list_display = ("loan", "version", "number", "due_on", "amount", "principal", "interest", "balance_after")
    search_fields = ("loan__number",)


@admin.register(LoanEvent)
class LoanEventAdmin(OfALoan):
    list_display = ("loan", "kind", "amount", "effective_on", "recorded_on", "source", "by", "reason")
    list_filter = ("kind", "source")
    list_select_related = ("loan", "by")
    search_fields = ("loan__number", "loan__borrower__name", "key", "reason")
    amount_fields = ("amount",)

    def page_of(self, obj: Any) -> str:
        return reverse("loan_event", args=[obj.loan.number, obj.pk])


@admin.register(Accrual)
class AccrualAdmin(OfALoan):
    list_display = ("loan", "effective_on", "booked_on", "posted_on", "amount")
    search_fields = ("loan__number",)


@admin.register(Account)
class AccountAdmin(LookOnly):
    list_display = ("code", "name", "kind", "role", "currency", "legal_entity")
    list_filter = ("kind",)
    list_select_related = ("legal_entity",)
    search_fields = ("code", "name", "role")
    instead = "The chart of accounts is opened with the books of a company."

    def page_of(self, obj: Any) -> str:
        return f"{reverse('account', args=[obj.code])}?company={obj.legal_entity_id}"


@admin.register(Period)
class PeriodAdmin(LookOnly):
    list_display = ("__str__", "legal_entity", "starts_on", "ends_on", "closed_at")
    list_select_related = ("legal_entity",)
    instead = "Months are opened by the end of day, and closed on their own page once their checklist is done."

    def page_of(self, obj: Any) -> str:
        return reverse("period", args=[obj.pk])


@admin.register(Entry)
class EntryAdmin(LookOnly):
    list_display = ("id", "kind", "total", "currency", "effective_on", "booked_on", "posted_on", "key")
    search_fields = ("key", "event__loan__number", "event__loan__borrower__name")
    amount_fields = ("total",)
    instead = BY_EVENTS

    def page_of(self, obj: Any) -> str:
        return reverse("entry", args=[obj.pk])


@admin.register(Posting)
class PostingAdmin(LookOnly):
    list_display = ("entry_id", "account", "loan", "effective_on", "booked_on", "posted_on", "debit", "credit")
    list_select_related = ("account", "loan")
    search_fields = ("loan__number", "entry__key")
    amount_fields = ("debit", "credit")
    instead = BY_EVENTS

    def page_of(self, obj: Any) -> str:
        return reverse("entry", args=[obj.entry_id])


@admin.register(Product)
class ProductAdmin(LookOnly):
    list_display = ("code", "name")
    search_fields = ("code", "name")
    instead = "A product changes by a new version, drafted by one person and approved by another."


@admin.register(ProductVersion)
class ProductVersionAdmin(LookOnly):
    list_display = ("product", "number", "effective_from", "drafted_by", "approved_by", "approved_at")
    list_select_related = ("product", "drafted_by", "approved_by")
    search_fields = ("product__code", "product__name")
    instead = "A version is never edited: loans keep the terms they were signed with. A change is a new version."


@admin.register(IndexRate)
class IndexRateAdmin(LookOnly):
    list_display = ("index", "effective_on", "rate")
    list_filter = ("index",)
    instead = "Published rates are loaded from their source."


@admin.register(Night)
class NightAdmin(LookOnly):
    list_display = ("business_date", "step", "started_at", "summarised_at", "finished_at")
    instead = BY_THE_NIGHT

    def page_of(self, obj: Any) -> str:
        return reverse("night")


@admin.register(NightChunk)
class NightChunkAdmin(LookOnly):
    list_display = ("night", "step", "first_loan_id", "last_loan_id", "loans", "done_at")
    list_select_related = ("night",)
    instead = BY_THE_NIGHT


@admin.register(NightException)
class NightExceptionAdmin(OfALoan):
    list_display = ("loan", "night", "step", "sentence", "resolved_at")
    list_select_related = ("loan", "night")
    search_fields = ("loan__number", "sentence")


@admin.register(Proof)
class ProofAdmin(LookOnly):
    list_display = ("law", "business_date", "proved_at", "compared", "holds")
    list_filter = ("holds", "law")
    instead = BY_THE_NIGHT

    def page_of(self, obj: Any) -> str:
        return reverse("night")


@admin.register(BoardingRun)
class BoardingRunAdmin(LookOnly):
    list_display = ("tape", "business_date", "rows", "boarded", "refused", "corrected", "finished_at")
    instead = "A tape is boarded once, by `manage.py board`."

    def page_of(self, obj: Any) -> str:
        return reverse("boarding_run", args=[obj.pk])


@admin.register(BoardingRow)
class BoardingRowAdmin(LookOnly):
    list_display = ("run", "line", "outcome", "column", "value", "rule", "sentence")
    list_filter = ("outcome",)
    list_select_related = ("run",)
    search_fields = ("value", "sentence", "rule")
    instead = "What a tape had wrong is put right on the next tape."

    def page_of(self, obj: Any) -> str:
        return reverse("boarding_run", args=[obj.run_id])


class Derived(LookOnly):
    """Kept from the postings, so that balances are read and not summed."""

    instead = "It is derived from the postings, and every proof compares them. See Proof."

    def page_of(self, obj: Any) -> str:
        return reverse("proof")


@admin.register(Movement)
class MovementAdmin(Derived):
    list_display = ("account", "booked_on", "posted_on", "prior_period", "debit", "credit", "postings")
    list_select_related = ("account",)


@admin.register(MonthMovement)
class MonthMovementAdmin(Derived):
    list_display = ("account", "booked_month", "posted_month", "prior_period", "debit", "credit", "postings")
    list_select_related = ("account",)


@admin.register(MovementFold)
class MovementFoldAdmin(Derived):
    list_display = ("through_entry", "folded_at")


@admin.register(LateLoan)
class LateLoanAdmin(OfALoan):
    list_display = ("loan", "business_date", "dpd", "past_due_amount")


@admin.register(Seal)
class SealAdmin(Derived):
    list_display = ("business_date", "root", "leaves", "sealed_at")
    instead = "A day is sealed when it is closed. See Proof."


@admin.register(SealBlock)
class SealBlockAdmin(Derived):
    list_display = ("business_date", "number", "kind")
    instead = "A day is sealed when it is closed. See Proof."


@admin.register(Difference)
class DifferenceAdmin(LookOnly):
    list_display = ("what", "law", "expected", "found", "owner", "resolved_at")
    list_filter = ("law",)
    list_select_related = ("owner",)
    instead = "A difference is worked on where it is shown. See Proof."

    def page_of(self, obj: Any) -> str:
        return reverse("difference", args=[obj.pk])
