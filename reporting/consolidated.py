"""The trial balances of all companies side by side, what they owe each other taken out, and what is left together."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finance.money import ZERO
from ledger.companies import PAIR
from reporting.trial_balance import trial_balance
from tenants.models import LegalEntity


@dataclass(frozen=True, slots=True)
class Row:
    """An account's code in all companies; debits positive. elimination: what cancels between them."""

    code: str
    name: str
    companies: tuple[Decimal, ...]
    elimination: Decimal

    @property
    def consolidated(self) -> Decimal:
        return sum(self.companies, ZERO) + self.elimination


@dataclass(frozen=True, slots=True)
class Consolidated:
    """All companies that keep books in one currency. Sums never cross currencies."""

    currency: str
    companies: tuple[LegalEntity, ...]
    rows: tuple[Row, ...]

    @property
    def sums(self) -> tuple[Decimal, ...]:
        """Of each company's column: zero when its books balance."""
        return tuple(sum((row.companies[n] for row in self.rows), ZERO) for n in range(len(self.companies)))

    @property
    def eliminated(self) -> Decimal:
        """What does not cancel: zero when the companies agree."""
        return sum((row.elimination for row in self.rows), ZERO)

    @property
    def total(self) -> Decimal:
        return sum((row.consolidated for row in self.rows), ZERO)


def consolidated(as_of: date, known_on: date | None = None) -> list[Consolidated]:
    """One for each currency. What is due to and from companies is one line each, and eliminated whole."""
    books = trial_balance(as_of, known_on)
    found = []
    for currency in sorted({book.currency for book in books}):
        companies = tuple(book.company for book in books if book.currency == currency)
        place = {company.pk: n for n, company in enumerate(companies)}
        rows: dict[tuple[str, str, bool], list[Decimal]] = {}
        for book in books:
            if book.currency == currency:
                for row in book.rows:
                    kind, code, words = PAIR.get(row.account.role, ("", row.account.code, row.account.name))
                    name = f"{words} other companies" if kind else words
                    amounts = rows.setdefault((code, name, bool(kind)), [ZERO] * len(companies))
                    amounts[place[book.company.pk]] += row.debit - row.credit
        found.append(
            Consolidated(
                currency,
                companies,
                tuple(
                    Row(code, name, tuple(amounts), -sum(amounts, ZERO) if between else ZERO)
                    for (code, name, between), amounts in sorted(rows.items())
                ),
            )
        )
    return found
