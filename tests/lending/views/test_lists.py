"""Every list: its columns, order, sums, files and saved views; and that none costs a query a row."""

import csv
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from ledger.models import Loan, LoanBalance
from ledger.views import lists
from parties.models import Party
from tenants.lists import LISTS, Shown
from tenants.models import SavedView
from tests.pages import queries, table, words

# More than the planner makes of a table whose rows other tests have rolled back.
ANY_ESTIMATE = 10**9


@pytest.fixture
def book(make_loan: Any) -> list[Loan]:
    names = ["Alder Rentals", "Birch Storage", "=Cedar LLC"]
    loans = [make_loan("12000.00", to=Party.objects.create(kind="company", name=name)) for name in names]
    LoanBalance.objects.filter(pk=loans[1].pk).update(dpd=45, past_due_amount="2104.42")
    return loans


def lines(response: Any) -> list[list[str]]:
    return list(csv.reader(StringIO(response.getvalue().decode("utf-8-sig"))))


def test_columns_are_those_of_the_address_in_its_order_the_first_always_there(
    book: Any, people: Any, client_of: Any
) -> None:
    rows = table(client_of(people.operations).get("/loans/?columns=state,amount&columns=borrower,nonsense"), "Loans")
    assert rows[0] == ["Loan", "State", "Amount agreed", "Borrower"]
    assert rows[1] == [book[0].number, "Active", "12,000.00", "Alder Rentals"]
    assert rows[-1] == ["All 3", "USD", "36,000.00", ""]


def test_what_is_not_shown_is_not_read(book: Any, people: Any, client_of: Any) -> None:
    with CaptureQueriesContext(connection) as found:
        client_of(people.operations).get("/loans/?columns=borrower")
    (read,) = [one["sql"] for one in found if '"ledger_loan"."number"' in one["sql"] and "EXPLAIN" not in one["sql"]]
    assert "principal" not in read
    assert '"terms"' not in read


def test_the_file_is_exactly_what_is_shown(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    address = "/loans/?q=birch&columns=principal,dpd,next_due,borrower"
    file = client.get(f"{address}&format=csv")
    assert file.headers["Content-Disposition"] == 'attachment; filename="loans.csv"'
    assert lines(file) == [
        ["Loan", "Principal", "Late", "Next due", "Borrower"],
        [book[1].number, "12000.00", "45", "2008-10-30", "Birch Storage"],
    ]
    assert lines(client.get("/loans/?sort=-borrower&columns=borrower&format=csv"))[1:] == [
        [book[1].number, "Birch Storage"],
        [book[0].number, "Alder Rentals"],
        [book[2].number, "'=Cedar LLC"],
    ]
    sheet = ZipFile(BytesIO(client.get(f"{address}&format=xlsx").content)).read("xl/sharedStrings.xml").decode()
    assert "Birch Storage" in sheet
    assert "Alder" not in sheet


def test_the_rows_chosen_by_hand_are_the_file(book: Any, people: Any, client_of: Any) -> None:
    chosen = f"pick={book[0].pk}&pick={book[2].pk}&pick=x"
    found = lines(client_of(people.operations).get(f"/loans/?columns=number&{chosen}&format=csv"))
    assert found == [["Loan"], [book[0].number], [book[2].number]]


def test_a_file_is_read_in_the_lenders_own_transaction_all_pages_of_it(
    make_loan: Any, people: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(60):
        make_loan()
    monkeypatch.setattr("tenants.lists.shown.PIECE", 25)
    assert len(lines(client_of(people.operations).get("/loans/?format=csv"))) == 61


def test_a_file_longer_than_its_kind_holds_is_refused_with_what_would_do(
    book: Any, people: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lists.LONGEST, "xlsx", 2)
    refused = client_of(people.operations).get("/loans/?format=xlsx")
    assert refused.status_code == 409
    assert "A file of XLSX holds at most 2 rows" in words(refused)
    assert "take it as CSV" in words(refused)
    assert client_of(people.operations).get("/loans/?format=csv").status_code == 200


def test_a_file_is_for_those_who_may_open_the_list(book: Any, people: Any, client_of: Any) -> None:
    assert client_of(people.borrower).get("/loans/?format=csv").status_code == 403
    assert client_of(people.collections).get("/applications/?format=csv").status_code == 403


def test_a_long_list_is_counted_after_it_is_there(
    book: Any, people: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenants.lists.shown.COUNTED_AT_ONCE", 0)
    client = client_of(people.operations)
    page = client.get("/loans/")
    assert "about" in words(page)
    rows = table(page, "Loans")
    assert [row[1] for row in rows[1:-1]] == ["Alder Rentals", "Birch Storage", "=Cedar LLC"][: len(rows) - 2]
    assert rows[-1] == ["Counting and adding up"]
    assert "All 3" in words(client.get("/loans/?part=sums"))
    assert "36,000.00" in words(client.get("/loans/?part=sums"))


@pytest.fixture
def long_book(book: Any, monkeypatch: pytest.MonkeyPatch) -> list[Loan]:
    """The book as if it were too long to be sorted: principal 12,000, 0 and 7,000; the second and third are late."""
    monkeypatch.setattr("tenants.lists.shown.COUNTED_AT_ONCE", 0)
    for place, figures in enumerate(
        [{}, {"principal": 0}, {"principal": "7000.00", "dpd": 12, "past_due_amount": "311.00"}]
    ):
        LoanBalance.objects.filter(pk=book[place].pk).update(**figures)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_loan")
        cursor.execute("ANALYZE ledger_loanbalance")
    return book


@pytest.mark.parametrize(
    ("sort", "places"),
    [
        ("number", [0, 1, 2]),
        ("-number", [2, 1, 0]),
        ("borrower", [2, 0, 1]),
        ("principal", [1, 2, 0]),
        ("-principal", [0, 2, 1]),
        ("past_due", [2, 1, 0]),
        ("-past_due", [1, 2, 0]),
        ("dpd", [2, 1, 0]),
        ("-dpd", [1, 2, 0]),
    ],
)
def test_a_long_list_is_in_the_order_of_an_index_and_a_short_one_in_the_same(
    long_book: list[Loan],
    people: Any,
    client_of: Any,
    monkeypatch: pytest.MonkeyPatch,
    sort: str,
    places: list[int],
) -> None:
    page = client_of(people.operations).get(f"/loans/?sort={sort}")
    assert [row[0] for row in table(page, "Loans")[1:-1]] == [long_book[place].number for place in places]
    assert "It is not in the order" not in words(page)
    monkeypatch.setattr("tenants.lists.shown.COUNTED_AT_ONCE", ANY_ESTIMATE)
    short = client_of(people.operations).get(f"/loans/?sort={sort}")
    assert [row[0] for row in table(short, "Loans")[1:-1]] == [long_book[place].number for place in places]


@pytest.mark.parametrize("first", range(4))
@pytest.mark.parametrize("sort", ["past_due", "-past_due"])
def test_the_pages_of_a_rare_order_have_every_row_once(
    long_book: list[Loan], people: Any, monkeypatch: pytest.MonkeyPatch, sort: str, first: int
) -> None:
    shown = Shown(LISTS["loans"], QueryDict(f"sort={sort}"), Loan.objects.all())
    places = [1, 2, 0] if sort == "-past_due" else [2, 1, 0]
    assert shown._keys(first) == [long_book[place].pk for place in places][first:]


def test_an_order_that_no_index_has_is_said_and_not_taken(
    long_book: list[Loan], people: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(people.operations)
    for address, label in (("?sort=-interest", "Interest"), ("?sort=-principal&state=active", "Principal")):
        page = client.get(f"/loans/{address}")
        assert [row[0] for row in table(page, "Loans")[1:-1]] == [loan.number for loan in long_book]
        assert f"It is not in the order of “{label}”." in words(page)
    plain = client.get("/loans/")
    late = client.get("/loans/?sort=-past_due&bucket=past-due")
    assert [row[0] for row in table(late, "Loans")[1:-1]] == [long_book[1].number, long_book[2].number]
    assert "“Loan”, “Borrower”, “Principal”, “Past due”, “Late” or “Unapplied”; fewer than 0, in any." in words(plain)
    assert "sort=interest" not in plain.content.decode()
    monkeypatch.setattr("tenants.lists.shown.COUNTED_AT_ONCE", ANY_ESTIMATE)
    assert "sort=interest" in client.get("/loans/").content.decode()


def test_a_search_that_fits_too_many_lists_some_and_says_so(
    book: Any, people: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for loan in book:
        Party.objects.filter(pk=loan.borrower_id).update(name=f"{loan.borrower.name} Storage Rentals")
    monkeypatch.setattr("tenants.lists.shown.FOUND", 2)
    client = client_of(people.operations)
    page = client.get("/loans/?q=storage")
    assert len(table(page, "Loans")) == 1 + 2 + 1
    assert "More than 2 loans fit “storage”. These are 2 of them: add a word, or more of the number." in words(page)
    # The rarest word leads, wherever it stands: nothing is left out.
    one = client.get("/loans/?q=storage+alder")
    assert [row[1] for row in table(one, "Loans")[1:-1]] == ["Alder Rentals Storage Rentals"]
    assert "More than" not in words(one)
    by_number = client.get(f"/loans/?q={book[0].number[:4]}")
    assert len(table(by_number, "Loans")) == 1 + 2 + 1
    assert "More than 2 loans fit" in words(by_number)


# --- saved views ----------------------------------------------------------------------------------------------------
def keep(client: Any, **given: str) -> Any:
    return client.post("/views/save/", {"list": "loans", "back": "/loans/", "name": "Late"} | given)


def test_a_view_is_kept_opened_changed_and_deleted(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    answer = keep(client, query="bucket=past-due&columns=borrower&page=3")
    kept = SavedView.objects.get()
    assert (kept.user, kept.list, kept.query) == (people.operations, "loans", "bucket=past-due&columns=borrower")
    assert answer.url == f"/loans/?bucket=past-due&columns=borrower&view={kept.pk}"
    assert [row[1:] for row in table(client.get(answer.url), "Loans")] == [["Borrower"], ["Birch Storage"]]
    keep(client, query="bucket=current")
    assert SavedView.objects.get().query == "bucket=current"
    renamed = client.post(f"/views/{kept.pk}/", {"name": "In order", "back": "/loans/"})
    assert renamed.url == f"/loans/?bucket=current&view={kept.pk}"
    assert "In order" in words(client.get("/loans/"))
    client.post(f"/views/{kept.pk}/", {"act": "delete", "back": "/loans/"})
    assert not SavedView.objects.exists()


def test_a_shared_view_is_seen_by_the_team_and_changed_by_its_owner_alone(
    book: Any, people: Any, client_of: Any
) -> None:
    keep(client_of(people.operations), query="q=alder", name="Mine")
    keep(client_of(people.operations), query="q=birch", name="Ours", shared="on")
    other = client_of(people.auditor)
    assert "Ours" in words(other.get("/loans/"))
    assert "Mine" not in words(other.get("/loans/"))
    ours = SavedView.objects.get(name="Ours")
    assert other.get(f"/views/{ours.pk}/").status_code == 404
    assert other.post(f"/views/{ours.pk}/", {"act": "delete"}).status_code == 404
    assert SavedView.objects.filter(pk=ours.pk).exists()


def test_the_list_opens_with_the_view_that_was_made_first(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    keep(client, query="q=alder", is_default="on")
    keep(client, query="q=birch", name="Birch", is_default="on")
    assert SavedView.objects.get(is_default=True).name == "Birch"
    opened = client.get("/loans/")
    assert opened.url.startswith("/loans/?q=birch&view=")
    assert len(table(client.get("/loans/?view=all"), "Loans")) == 5
    assert client_of(people.auditor).get("/loans/").status_code == 200


@pytest.mark.parametrize(
    ("given", "said"),
    [({"name": "  "}, "it needs a name"), ({"query": "q=" + "x" * 1200}, "its filters are too long to keep")],
)
def test_a_view_that_cannot_be_kept_says_why(
    book: Any, people: Any, client_of: Any, given: dict[str, str], said: str
) -> None:
    client = client_of(people.operations)
    assert said in words(client.get(keep(client, **given).url))
    assert not SavedView.objects.exists()


def test_nobody_keeps_a_view_of_a_list_they_may_not_open(tenant: Any, people: Any, client_of: Any) -> None:
    assert keep(client_of(people.collections), list="applications").status_code == 403
    assert keep(client_of(people.operations), list="nonsense").status_code == 403
    assert keep(client_of(people.operations), back="https://elsewhere.example/").url.startswith("/?")


def test_a_name_already_taken_is_said_beside_it(book: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)
    keep(client, query="q=a", name="One")
    keep(client, query="q=b", name="Two")
    answer = client.post(f"/views/{SavedView.objects.get(name='Two').pk}/", {"name": "One", "back": "/loans/"})
    assert answer.status_code == 422
    assert "You have a view called One of this list." in words(answer)


# --- every list -----------------------------------------------------------------------------------------------------
def test_every_column_of_loans_costs_no_query_a_row(make_loan: Any, people: Any, client_of: Any) -> None:
    client, columns = client_of(people.operations), ",".join(LISTS["loans"].by_key)
    make_loan()
    few = queries(client, f"/loans/?columns={columns}")
    for _ in range(5):
        make_loan()
    assert queries(client, f"/loans/?columns={columns}") == few


def test_every_list_says_who_may_open_it_and_tells_its_rows_apart() -> None:
    from tenants.roles import permissions_by_role

    granted = frozenset().union(*permissions_by_role().values())
    assert len(LISTS) == 17
    for listing in LISTS.values():
        assert listing.permission in granted
        assert listing.order[-1].lstrip("-") in ("pk", "number"), listing.name
        assert not listing.headline or listing.headline in listing.by_key
