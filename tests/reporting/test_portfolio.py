"""The portfolio: what it finds, that every point is the sum of its rows, and both dates."""

import csv
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal as D
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.http import QueryDict

from ledger.close.months import back_fill
from ledger.models import Loan, LoanMonth, PortfolioSum
from ledger.operations import charge_off_loan, receive_payment, receive_recovery
from parties.industries import industry_name
from parties.models import Party
from reporting.portfolio import charts, cohorts
from reporting.portfolio.proof import compare_with_postings
from reporting.portfolio.rows import FIGURES, Point, rows_behind, sum_of
from reporting.portfolio.sums import Figures, Scope, by_bucket, kept_months, rolls, vintages
from reporting.views.portfolio import page_of, rows_of
from tests.conftest import BUSINESS_DATE, People
from tests.pages import queries, table, words

NOVEMBER = date(2008, 11, 30)
NOW = Scope(NOVEMBER, BUSINESS_DATE, "USD")


@pytest.fixture
def book(make_loan: Callable[..., Loan], people: People) -> list[Loan]:
    """Four loans of $12,000.00 at 9.5 % from 30 September 2008, and one from 15 November.

    One pays on time, one paid October alone, one never paid and was charged off on 20 November, one never paid.
    """
    places = [("531210", "OAKLAND"), ("531210", "FRESNO"), ("532111", "OAKLAND"), ("", ""), ("532111", "FRESNO")]
    parties = [
        Party.objects.create(kind="company", name=f"Borrower {k}", industry_code=industry, city=city)
        for k, (industry, city) in enumerate(places)
    ]
    loans = [make_loan(to=party) for party in parties[:4]]
    loans.append(make_loan("60000.00", to=parties[4], disbursed_on=date(2008, 11, 15)))
    for k, on in ((0, date(2008, 10, 30)), (1, date(2008, 10, 30)), (0, NOVEMBER)):
        pay(loans[k], "1052.21", on, people)
    charge_off_loan(
        loan_id=loans[2].pk, effective_on=date(2008, 11, 20), reason="Gone", key="gone", by=people.operations
    )
    receive_recovery(
        loan_id=loans[2].pk, amount=D("500.00"), effective_on=date(2008, 11, 25), key="back", by=people.operations
    )
    back_fill([loan.pk for loan in loans], on=BUSINESS_DATE)
    return loans


def pay(loan: Loan, amount: str, on: date, people: People) -> None:
    receive_payment(loan_id=loan.pk, amount=D(amount), effective_on=on, key=f"{loan.pk}-{on}", by=people.operations)


def test_the_book_stands_in_its_buckets_month_end_by_month_end(book: list[Loan]) -> None:
    months = by_bucket(NOW, date(2008, 9, 30))
    found = {
        (month.month, key): (figures.loans, figures.principal)
        for month, buckets in months.items()
        for key, figures in buckets.items()
    }
    # The instalment of 30 October pays 30 days of interest, 93.70, and 958.51 of principal; the next one 963.12 of it.
    assert found == {
        (9, "current"): (4, D("48000.00")),
        (10, "current"): (2, D("22082.98")),
        (10, "1-29"): (2, D("24000.00")),
        (11, "current"): (3, D("81119.86")),
        (11, "30-59"): (1, D("12000.00")),
        (11, "charged_off"): (1, D("0.00")),
    }


def test_rolls_say_where_the_loans_of_a_bucket_went(book: list[Loan]) -> None:
    found = {pair: (figures.loans, figures.was_principal) for pair, figures in rolls(NOW).items()}
    assert found == {
        ("current", "current"): (2, D("22082.98")),
        ("1-29", "30-59"): (1, D("12000.00")),
        ("1-29", "charged_off"): (1, D("12000.00")),
        ("", "current"): (1, D("0.00")),
    }


def test_a_vintage_loses_what_was_charged_off_less_what_came_back(book: list[Loan]) -> None:
    found = vintages(NOW)
    assert {quarter: cohorts.disbursed(months) for quarter, months in found.items()} == {
        "2008Q3": D("48000.00"), "2008Q4": D("60000.00"),
    }  # fmt: skip
    assert [cohorts.net_loss(found["2008Q3"], age) for age in (1, 2, 24)] == [D("0.00"), D("11500.00"), D("11500.00")]
    assert cohorts.youngest_age("2008Q3", NOVEMBER) == 2
    assert (cohorts.youngest_age("2008Q4", NOVEMBER), cohorts.youngest_age("2008Q4", date(2010, 1, 31))) == (-1, 13)


def points_of(page: dict[str, Any]) -> list[tuple[str, D | None]]:
    """(address of its rows, the point) of every chart with dollars, and of the cells of the roll table."""
    drawn = [page["arrears"], page["cash"], page["charge_offs"], *page["concentrations"]]
    found = [
        (url, point)
        for chart in drawn
        for line in chart.data["series"]
        for url, point in zip(line["urls"], line["data"], strict=True)
    ]
    return found + [(cell.url, cell.dollars) for *_, cells in page["rolls"].rows for cell in cells if cell.loans]


def test_every_point_is_the_sum_of_the_rows_behind_it(book: list[Loan]) -> None:
    kept = kept_months(BUSINESS_DATE, BUSINESS_DATE)
    assert kept is not None
    page = page_of(NOW, kept, "dollars", "", rows_of(NOW, None, several=False))
    points = points_of(page)
    assert len(points) > 30
    assert {url.partition("what=")[2].partition("&")[0] for url, _ in points} == {
        "bucket", "roll", "expected", "received", "charged_off", "recovered", "industry", "city", "size",
    }  # fmt: skip
    for url, point in points:
        asked = Point.read(QueryDict(url.partition("?")[2]))
        assert asked is not None, url
        assert sum_of(rows_behind(asked, NOW))[1] == point, url


def test_the_rows_of_a_vintage_come_to_its_loss_and_to_what_was_late(book: list[Loan], people: People) -> None:
    loss = rows_behind(Point("loss", NOVEMBER, "2008Q3", "002"), NOW)
    assert [(row["loan_id"], row["amount"]) for row in loss] == [(book[2].pk, D("11500.00"))]
    back_fill([loan.pk for loan in book], on=date(2009, 2, 1))
    january = Scope(date(2009, 1, 31), date(2009, 2, 1), "USD")
    late = rows_behind(Point("late60", january.month, "2008Q3", "004"), january)
    figures = vintages(january)["2008Q3"][4]
    assert sum_of(late) == (2, figures.late)
    assert figures.late == D("12000.00") + D("11041.49")


def test_the_rest_of_a_concentration_are_all_others(book: list[Loan], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.portfolio.charts.TOP", 1)
    monkeypatch.setattr("reporting.portfolio.rows.TOP", 1)
    kept = kept_months(BUSINESS_DATE, BUSINESS_DATE)
    assert kept is not None
    page = page_of(NOW, kept, "dollars", "", rows_of(NOW, None, several=False))
    industry = page["concentrations"][0]
    assert industry.data["x"] == ["532111 Passenger car rental", "2 others"]
    (rest,) = [url for url, _ in points_of(page) if "industry-rest" in url]
    asked = Point.read(QueryDict(rest.partition("?")[2]))
    assert asked is not None
    assert sum_of(rows_behind(asked, NOW)) == (3, industry.data["series"][0]["data"][1])


def test_what_was_known_before_is_shown_as_it_was_known(book: list[Loan], people: People) -> None:
    pay(book[3], "1052.21", date(2008, 10, 30), people)
    back_fill([book[3].pk], on=date(2009, 1, 5))  # as a night of 5 January would
    then, now = NOW, NOW._replace(known_on=date(2009, 1, 5))
    assert by_bucket(then, NOVEMBER)[NOVEMBER]["30-59"].principal == D("12000.00")
    assert "30-59" not in {key for key, one in by_bucket(now, NOVEMBER)[NOVEMBER].items() if one.loans}
    assert sum_of(rows_behind(Point("bucket", NOVEMBER, "30-59"), then)) == (1, D("12000.00"))
    assert sum_of(rows_behind(Point("bucket", NOVEMBER, "30-59"), now)) == (0, D("0.00"))
    assert kept_months(date(2008, 12, 30), BUSINESS_DATE) is None


def test_it_is_compared_with_the_postings_on_demand(book: list[Loan], people: People, client_of: Any) -> None:
    assert compare_with_postings(NOW).differences == []
    client = client_of(people.auditor)
    assert "no cent differs" in words(client.get("/portfolio/?compare=1"))
    PortfolioSum.objects.filter(measure="size").update(loans=99)
    page = client.get("/portfolio/?compare=1")
    assert [row[0] for row in table(page, "Differences")[1:]] == ["By size, known on 2008-12-31"]


def test_the_page_says_what_it_finds_and_opens_to_rows_and_files(
    book: list[Loan], people: People, client_of: Any
) -> None:
    client = client_of(people.portfolio_manager)
    page = client.get("/portfolio/")
    said = words(page)
    for finding in (
        "4 open loans, 93,119.86 USD of principal at the end of Sun 30 Nov 2008",
        "12.9 % of principal is 30 or more days late, up from 0.0 % at the end of Sep 2008",
        "Of what was current at the end of Oct 2008, 0.0 % was late a month later",
        "$12,000.00 was charged off over 3 months, and $500.00 recovered",
        "64.4 % of principal is in 532111 Passenger car rental",
        "Month ends from 30 Sep 2008 to 30 Nov 2008, known from 31 Dec 2008 on",
    ):
        assert finding in said
    assert table(page, "Roll rates")[2][:1] + table(page, "Roll rates")[2][5:6] == ["1–29 days", "50.0 %"]
    found = re.findall(r'href="(/portfolio/rows/[^"]*)"', page.content.decode())
    (address,) = {url for url in found if "what=bucket" in url and "2008-11-30" in url and "30-59" in url}
    rows = client.get(unescape(address))
    assert "30–59 days at the end of Nov 2008" in words(rows)
    assert table(rows, "30–59 days at the end of Nov 2008")[1:] == [
        [book[3].number, "Borrower 3", "12,000.00"],
        ["All 1", "", "12,000.00"],
    ]
    file = client.get(unescape(address) + "&format=csv")
    assert list(csv.reader(StringIO(file.content.decode("utf-8-sig"))))[1] == [book[3].number, "Borrower 3", "12000.00"]
    assert client.get("/portfolio/?format=xlsx").headers["Content-Disposition"].endswith('portfolio-2008-11-30.xlsx"')


def test_before_any_month_is_kept_it_says_why_and_a_wrong_point_is_not_found(
    company: Any, people: People, client_of: Any
) -> None:
    client = client_of(people.portfolio_manager)
    assert "No month end is kept for these dates" in words(client.get("/portfolio/"))
    assert client.get("/portfolio/rows/?what=bucket&month=2008-11-30&key=current").status_code == 404
    for wrong in ("what=hope&month=2008-11-30", "what=bucket&month=soon", "what=loss&month=2008-11-30&key=2008&of=1"):
        assert client.get(f"/portfolio/rows/?{wrong}").status_code == 404


@pytest.mark.parametrize(("role", "status"), [("auditor", 200), ("portfolio_manager", 200), ("operations", 403)])
def test_the_portfolio_is_for_its_manager_and_the_auditor(
    company: Any, people: People, client_of: Any, role: str, status: int
) -> None:
    assert client_of(getattr(people, role)).get("/portfolio/").status_code == status


def test_more_loans_cost_no_query_more(
    book: list[Loan], make_loan: Callable[..., Loan], people: People, client_of: Any
) -> None:
    client = client_of(people.portfolio_manager)
    addresses = ["/portfolio/", "/portfolio/rows/?what=bucket&month=2008-11-30&key=current"]
    few = [queries(client, address) for address in addresses]
    back_fill([make_loan().pk for _ in range(12)], on=BUSINESS_DATE)
    assert [queries(client, address) for address in addresses] == few
    assert max(few) <= 20


def test_every_figure_that_can_be_asked_for_is_kept_of_a_loan() -> None:
    fields = {field.name for field in LoanMonth._meta.fields} | {"net"}
    assert {figure.field for figure in FIGURES.values()} <= fields
    assert set(charts.ENDED) | set(charts.BUCKETS) >= {"paid_off", "current"}
    assert Figures(1) + Figures(2) == Figures(3)
    assert industry_name("531210") == "531210 Real estate agents and brokers"
    assert (industry_name("722511"), industry_name("")) == ("722511 Accommodation and food services", "Not known")
