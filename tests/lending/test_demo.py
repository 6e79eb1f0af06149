"""The demo: its whole book boarded and tied out, its people, its prime rate, and borrowers who go on as before."""

import csv
from collections import Counter
from datetime import date, timedelta
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from io import StringIO
from random import Random
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, Sum

from finance.ageing import bucket
from ledger.close.proof import LAST, balances, replay_differences, subledger
from ledger.models import (
    BoardingRun,
    Entry,
    IndexRate,
    Instalment,
    Loan,
    LoanBalance,
    LoanEvent,
    Period,
    Posting,
    ProductVersion,
)
from lending.demo.borrowers import pay_what_is_due
from lending.demo.catalogue import BOOK_PRODUCT, PRIME
from lending.demo.people import PASSWORD, demo_sign_ins
from parties.models import Party, PortalAccess
from tenants.current import every_tenant_id, tenant_context
from tenants.models import Role, Tenant, User

YEAR_END = date(2008, 12, 31)


def set_up() -> list[str]:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue().splitlines()


def contents() -> dict[str, Any]:
    """How much there is of everything, and the books' totals."""
    models = (Party, User, Loan, LoanEvent, Entry, Posting, IndexRate, ProductVersion, PortalAccess, BoardingRun)
    counts: dict[str, Any] = {model.__name__: model.objects.count() for model in models}
    return counts | Posting.objects.aggregate(Sum("debit"), Sum("credit"))


def test_the_whole_book_is_boarded_proved_and_goes_on(db: None) -> None:
    said = set_up()
    (tenant_id,) = every_tenant_id()
    with tenant_context(tenant_id):
        the_book_is_boarded_and_ties_out()
        the_books_are_proved()
        people_can_sign_in(said)
        before = contents()
    assert [line for line in set_up() if "Boarding" in line] == []
    with tenant_context(tenant_id):
        assert contents() == before
        borrowers_go_on_as_the_tape_says()


def the_book_is_boarded_and_ties_out() -> None:
    run = BoardingRun.objects.get()
    assert (run.rows, run.boarded, run.refused, run.corrected) == (2101, 1999, 102, 799)
    assert dict(run.findings.values_list("rule").annotate(Count("id"))) == {
        "disbursed_later": 87,
        "no_disbursement_date": 2,
        "paid_and_charged_off": 10,
        "term_zero": 3,
        "city_with_remark": 43,
        "low_documentation_unknown": 3,
        "new_or_existing_unknown": 1,
        "postal_code_elsewhere": 4,
        "revolving_line_unknown": 776,
    }
    kept = ("measure", "tape", "refused", "not_yet", "expected", "books", "difference")
    assert [tuple(line[name] for name in kept) for line in run.tie_out] == [
        ("Loans", "2101", "102", "0", "1999", "1999", "0"),
        (
            "Amount paid out",
            "510198620.00",
            "32736158.00",
            "0.00",
            "477462462.00",
            "477462462.00",
            "0.00",
        ),
        ("Loans charged off", "697", "33", "478", "186", "186", "0"),
        ("Principal charged off", "42101130.00", "1331535.00", "32283641.00", "8485954.00", "8485954.00", "0.00"),
    ]
    assert Counter(Loan.objects.values_list("state", flat=True)) == {
        "active": 1606,
        "paid_off": 207,
        "charged_off": 186,
    }
    edges = (1, 30, 60, 90, 120)
    assert Counter(
        bucket(dpd, edges) for dpd in LoanBalance.objects.filter(open=True).values_list("dpd", flat=True)
    ) == {
        "current": 1324,
        "1-29": 4,
        "30-59": 11,
        "60-89": 18,
        "90-119": 14,
        "120+": 235,
    }


def the_books_are_proved() -> None:
    totals = Posting.objects.aggregate(Sum("debit"), Sum("credit"))
    assert totals["debit__sum"] == totals["credit__sum"]
    assert balances(0, LAST) == []
    compared, differences = subledger()
    assert (compared, differences) == (4, [])
    every_loan = list(LoanBalance.objects.order_by("pk").values_list("pk", flat=True))
    sample = Random(2008).sample(every_loan, 100)
    assert replay_differences(sample, late_fees_through=YEAR_END - timedelta(days=1)) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "SELECT min(held) FROM (SELECT sum(sum(p.debit - p.credit)) OVER (ORDER BY p.booked_on) AS held "
            "FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id WHERE a.role = 'cash' "
            "GROUP BY p.booked_on) days"
        )
        (lowest_cash,) = cursor.fetchone()
    assert lowest_cash == D("8809672.25")
    assert list(Period.objects.filter(closed_at=None).values_list("starts_on", flat=True)) == [
        date(2008, 12, 1),
        date(2009, 1, 1),
    ]


def people_can_sign_in(said: list[str]) -> None:
    signs = demo_sign_ins()
    assert said[-len(signs) :] == [f"  {who['role']:<22}{who['email']:<46}{who['password']}" for who in signs]
    assert {role for user in User.objects.all() for role in user.roles} == set(Role.values)
    assert all(user.check_password(PASSWORD) for user in User.objects.all())
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == len(signs)
    standing = {
        access.user.email.partition("@")[0]: access.party.loans.get().balance.dpd
        for access in PortalAccess.objects.select_related("user", "party")
    }
    assert standing["borrower"] == 0
    assert 30 <= standing["late.borrower"] <= 89
    book = ProductVersion.objects.get(product__code=BOOK_PRODUCT)
    assert "The tape has no interest rate and no payment dates, so the demo adds them" in book.remark
    assert {version.approved_by_id is None for version in ProductVersion.objects.all()} == {False}


def borrowers_go_on_as_the_tape_says() -> None:
    """20 instalments fall due on 29 January 2009: 19 borrowers pay theirs, one stopped paying before."""
    on = date(2009, 1, 29)
    Tenant.objects.update(business_date=on)
    due = set(Instalment.objects.filter(due_on=on, loan__state="active").values_list("loan_id", flat=True))
    assert pay_what_is_due(on) == 19
    paid = LoanEvent.objects.filter(source="demo")
    assert set(paid.values_list("effective_on", flat=True)) == {on}
    (stopped,) = due - set(paid.values_list("loan_id", flat=True))
    assert LoanBalance.objects.get(pk=stopped).dpd > 0
    payers = LoanBalance.objects.filter(pk__in=due - {stopped})
    assert {balance.open and balance.next_due_on == date(2009, 2, 28) for balance in payers} == {True}
    assert replay_differences(sorted(due), late_fees_through=YEAR_END - timedelta(days=1)) == []
    assert pay_what_is_due(on) == 0


def test_the_demo_is_refused_outside_a_demo(settings: Any) -> None:
    settings.ENVIRONMENT = "production"
    with pytest.raises(CommandError) as refused:
        set_up()
    assert str(refused.value) == (
        "LOANWRIGHT_ENVIRONMENT is production: the demo's people have a password that everybody knows, so it can be "
        "set up only where that is demo."
    )
    assert demo_sign_ins() == []


def prime_rate() -> dict[date, D]:
    """The rate of every day from the first change to the end of 2008."""
    with PRIME.open(newline="") as lines:
        changes = {date.fromisoformat(row["effective_on"]): D(row["rate"]) for row in csv.DictReader(lines)}
    day, rate, rates = min(changes), D(0), {}
    while day <= YEAR_END:
        rate = changes.get(day, rate)
        rates[day] = rate
        day += timedelta(days=1)
    return rates


# Statistical Supplement to the Federal Reserve Bulletin, July 2005, table 1.33: average rate by year and by month.
YEARS = {2001: "6.91", 2002: "4.67", 2003: "4.12", 2004: "4.34"}
MONTHS = {
    (2002, 11): "4.35",
    (2003, 6): "4.22",
    (2004, 6): "4.01",
    (2004, 8): "4.43",
    (2004, 9): "4.58",
    (2004, 11): "4.93",
    (2004, 12): "5.15",
    (2005, 2): "5.49",
    (2005, 3): "5.58",
    (2005, 5): "5.98",
}


def test_the_prime_rate_averages_to_what_the_federal_reserve_published() -> None:
    rates = prime_rate()

    def average(days: list[D]) -> str:
        return str((sum(days, D(0)) / len(days)).quantize(D("0.01"), ROUND_HALF_UP))

    months = {
        (year, month): average([rate for day, rate in rates.items() if (day.year, day.month) == (year, month)])
        for year, month in MONTHS
    }
    assert months == MONTHS
    assert {year: average([rate for day, rate in rates.items() if day.year == year]) for year in YEARS} == YEARS
