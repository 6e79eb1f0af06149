"""A boarded tape: what ties out, and every row that was refused or corrected."""

from typing import Any

import pytest
from django.utils import timezone

from ledger.models import BoardingRow, BoardingRun
from tests.conftest import BUSINESS_DATE
from tests.pages import queries, table, words


@pytest.fixture
def run(product_version: Any, people: Any) -> Any:
    """100 rows: 97 boarded, 3 refused, 60 corrected; one line of the tie-out differs by 0.01."""
    found = BoardingRun.objects.create(
        tape="loans.csv",
        layout="sba",
        sha256="ab" * 32,
        business_date=BUSINESS_DATE,
        product_version=product_version,
        finished_at=timezone.now(),
        rows=100,
        boarded=97,
        refused=3,
        corrected=60,
        tie_out=[
            tied("Loans", "loans", "100", "3", "0", "97", "97", "0"),
            tied("Amount paid out", "money", "1000000.00", "30000.00", "0.00", "970000.00", "970000.00", "0.00"),
        ],
        by=people.operations,
    )
    BoardingRow.objects.bulk_create(
        [
            BoardingRow(run=found, line=n, column="Term", value="0", outcome=outcome, rule=rule, sentence=f"Row {n}.")
            for outcome, rule, lines in (("refused", "no_term", range(2, 5)), ("corrected", "late_date", range(5, 65)))
            for n in lines
        ]
    )
    return found


def tied(*figures: str) -> dict[str, Any]:
    names = ("measure", "unit", "tape", "refused", "not_yet", "expected", "books", "difference")
    line = dict(zip(names, figures, strict=True))
    return line | {"refused_by_rule": [{"rule": "no_term", "rows": "3", "amount": line["refused"]}]}


def test_the_list_names_each_tape_with_its_counts(run: Any, people: Any, client_of: Any) -> None:
    rows = table(client_of(people.auditor).get("/books/boarding/"), "Tapes")
    assert rows[1][:6] == ["loans.csv", "31 Dec 2008", "100", "97", "3", "60"]


def test_no_tape_says_what_the_place_is_for(people: Any, client_of: Any) -> None:
    assert "No tape was boarded" in words(client_of(people.auditor).get("/books/boarding/"))


def test_the_tie_out_shows_the_tape_beside_the_books(run: Any, people: Any, client_of: Any) -> None:
    page = client_of(people.auditor).get(f"/books/boarding/{run.pk}/")
    assert table(page, "Tie-out")[1:] == [
        ["Loans", "100", "3", "0", "97", "97", "0"],
        ["Amount paid out", "1,000,000.00", "30,000.00", "0.00", "970,000.00", "970,000.00", "0.00"],
    ]
    assert table(page, "Refused by rule")[1:] == [["No term", "3", "3", "30,000.00"]]
    assert "Ties out" in words(page)


def test_a_cent_of_difference_is_said(run: Any, people: Any, client_of: Any) -> None:
    run.tie_out[1]["difference"] = "-0.01"
    run.save()
    assert "Does not tie out" in words(client_of(people.auditor).get(f"/books/boarding/{run.pk}/"))


def test_the_rows_are_filtered_and_paged(run: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.auditor)
    assert "1–50 of 63 rows" in words(client.get(f"/books/boarding/{run.pk}/"))
    refused = table(client.get(f"/books/boarding/{run.pk}/?outcome=refused"), "Rows refused or corrected")
    assert refused[1:] == [[str(n), "Refused", "Term", "0", f"Row {n}."] for n in (2, 3, 4)]
    late = words(client.get(f"/books/boarding/{run.pk}/?rule=late_date&page=2"))
    assert "51–60 of 60 rows" in late


def test_a_long_list_of_rows_costs_no_query_more(run: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.auditor)
    assert queries(client, f"/books/boarding/{run.pk}/?outcome=refused") == queries(
        client, f"/books/boarding/{run.pk}/?outcome=corrected"
    )


def test_it_is_for_those_who_may_see_tapes(run: Any, people: Any, client_of: Any) -> None:
    may = {"operations", "portfolio_manager", "auditor", "administrator"}
    for role, user in vars(people).items():
        for url in ("/books/boarding/", f"/books/boarding/{run.pk}/"):
            assert client_of(user).get(url).status_code == (200 if role in may else 403), (role, url)
