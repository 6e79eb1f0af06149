"""What the exports said beside what the books say, account by account. Reads only."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, QuerySet, Sum

from finance.money import ZERO
from ledger.models import Account, Entry, ExportBatch, ExportReceipt, Posting
from tenants.models import LegalEntity


@dataclass(frozen=True, slots=True)
class Row:
    """One account; debits positive. exported: of the files.  waiting: of entries in no file that stands."""

    account: Account
    exported: Decimal
    waiting: Decimal
    books: Decimal

    @property
    def difference(self) -> Decimal:
        return self.books - self.exported - self.waiting


@dataclass(frozen=True, slots=True)
class Reconciliation:
    rows: tuple[Row, ...]
    entries_waiting: int

    @property
    def agrees(self) -> bool:
        return not any(row.difference for row in self.rows)


def reconcile(company: LegalEntity, target: str) -> Reconciliation:
    """Every account of `company` for `target`. The files are believed by the totals written with them; four queries."""
    exported: defaultdict[str, Decimal] = defaultdict(Decimal)
    for totals in ExportBatch.objects.filter(legal_entity=company, target=target).values_list("totals", flat=True):
        for code, (debit, credit) in totals.items():
            exported[code] += Decimal(debit) - Decimal(credit)
    batches = ExportBatch.objects.filter(legal_entity=company, target=target)
    live = batches.filter(voids=None, voided_by=None)
    waiting_entries = Entry.objects.filter(legal_entity=company).exclude(exported__batch__in=live)
    books = by_account(Posting.objects.filter(account__legal_entity=company))
    waiting = by_account(Posting.objects.filter(entry__in=waiting_entries))
    accounts = Account.objects.filter(legal_entity=company).order_by("code")
    return Reconciliation(
        tuple(
            Row(account, exported[account.code], waiting.get(account.pk, ZERO), books.get(account.pk, ZERO))
            for account in accounts
        ),
        waiting_entries.count(),
    )


def receipts_that_differ(company: LegalEntity, target: str) -> list[ExportReceipt]:
    """The last receipt of each batch that stands, where it is not what the batch has; the newest first. One query."""
    receipts = ExportReceipt.objects.filter(batch__legal_entity=company, batch__target=target, batch__voided_by=None)
    last = receipts.order_by("batch_id", "-at", "-pk").distinct("batch_id").select_related("batch")
    differ = [receipt for receipt in last.defer("batch__content", "batch__totals") if not receipt.agrees]
    return sorted(differ, key=lambda receipt: -receipt.batch.number)


def by_account(postings: QuerySet[Posting]) -> dict[int, Decimal]:
    """{account: its net of `postings`, debits positive}. One query."""
    return dict(postings.order_by().values_list("account_id").annotate(net=Sum(F("debit") - F("credit"))))
