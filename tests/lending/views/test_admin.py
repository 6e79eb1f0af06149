"""The control room: everything can be looked at, nothing with ledger effect can be touched, people are made there."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from ledger.close.sealing import seal_night
from ledger.models import (
    BoardingRow,
    BoardingRun,
    Difference,
    LateLoan,
    LoanEvent,
    LoanMonth,
    Night,
    NightChunk,
    NightException,
    Period,
    PeriodEvent,
    PeriodTick,
    PortfolioFold,
    PortfolioSum,
    Proof,
    ReopenRequest,
)
from ledger.movements import fold
from ledger.operations import receive_payment
from origination.models import Application
from parties.models import Identifier
from parties.operations import change_party
from servicing.statements.operations import make_statements
from tenants.base import TenantModel
from tenants.long_work import begin
from tenants.models import LongWork, SavedView, Tenant, User
from tests.conftest import BUSINESS_DATE
from tests.origination.conftest import make_desk
from tests.pages import queries, table, words
from tests.tenants.populate import fill_forks, fill_general_ledger, fill_letters, fill_list_file

PLACES = ("tenants", "parties", "ledger", "payoffs", "statements", "origination")
READ_ONLY = sorted(
    (model for model in admin.site._registry if model._meta.app_label in PLACES and model is not User),
    key=lambda model: model._meta.label,
)
NEW_PERSON = {
    "email": "New@Example.com",
    "full_name": "New Person",
    "roles": ["operations"],
    "usable_password": "true",
    "password1": "a long password 1",
    "password2": "a long password 1",
}


@pytest.fixture
def everything(loan: Any, people: Any, company: Any, product_version: Any) -> None:
    """At least one row of every model."""
    receive_payment(
        loan_id=loan.pk, amount=Decimal("100.00"), effective_on=BUSINESS_DATE, key="p", by=people.operations
    )
    fill_forks(loan, people)
    fill_letters(loan, people)
    make_desk(people, company, product_version).at("accepted")  # with the applicant's party, identifier and access
    night = Night.objects.create(business_date=date(2008, 12, 30), step="done", summarised_at=timezone.now())
    NightChunk.objects.create(night=night, step="accrue", first_loan_id=1, last_loan_id=2, loans=1)
    NightException.objects.create(night=night, loan=loan, step="accrue", sentence="No rate.")
    proof = Proof.objects.create(law="entries_balance", business_date=BUSINESS_DATE, compared=1, holds=True)
    Difference.objects.create(law=proof.law, what="x", expected="1", found="2", first_proof=proof, last_proof=proof)
    LateLoan.objects.create(business_date=BUSINESS_DATE, loan=loan, dpd=1, past_due_amount=Decimal("1.00"))
    fold()
    SavedView.objects.create(user=people.operations, list="loans", name="Late", query="bucket=1-29")
    by = people.borrower
    change_party(party=loan.borrower, values={"city": "Reno"}, on=BUSINESS_DATE, by=by, because="Moved")
    begin(LongWork.Kind.PROOF, key="one", title="Proof by replay of every loan", by=people.operations)
    fill_list_file(people.operations)
    kept = {"month_end": BUSINESS_DATE, "known_on": BUSINESS_DATE} | dict.fromkeys(
        ("principal", "past_due", "was_principal", "disbursed", "charged_off", "recovered", "received", "expected"), 0
    )
    LoanMonth.objects.create(loan=loan, loans=1, bucket="current", dpd=0, **kept)
    PortfolioSum.objects.create(measure="bucket", currency="USD", key="current", loans=1, open_loans=1, late=0, **kept)
    PortfolioFold.objects.get_or_create()
    seal_night(Night.objects.create(business_date=BUSINESS_DATE, step="seal", summarised_at=timezone.now()))
    december, by = Period.objects.earliest("starts_on"), people.operations
    PeriodTick.objects.create(period=december, closing=1, item="cash", note="x", by=by)
    PeriodEvent.objects.create(period=december, kind="closed", by=by)
    ReopenRequest.objects.create(period=december, reason="x", asked_by=by)
    Tenant.objects.update(business_date=date(2009, 1, 1))
    fill_general_ledger(company, people, date(2009, 1, 1))
    make_statements(period_end=BUSINESS_DATE)
    run = BoardingRun.objects.create(
        tape="loans.csv", layout="sba", sha256="0", business_date=BUSINESS_DATE, product_version=product_version
    )
    BoardingRow.objects.create(
        run=run, line=2, column="Term", value="0", outcome="refused", rule="term_zero", sentence="No term."
    )


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def test_every_table_of_the_lender_is_there() -> None:
    models = {model for model in admin.site._registry if issubclass(model, TenantModel)}
    for model in apps.get_models():
        if issubclass(model, TenantModel) and model._meta.app_label in PLACES:
            assert model in models, model


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
def test_it_can_be_looked_at_and_not_changed(everything: None, people: Any, client_of: Any, model: Any) -> None:
    client, row = client_of(people.administrator), model.objects.first()
    page = client.get(address(model, "change", row.pk))
    assert page.status_code == 200
    assert admin.site._registry[model].instead in words(page)
    assert 'name="_save"' not in page.content.decode()
    assert admin.site._registry[model].instead in words(client.get(address(model, "changelist")))
    before = model.objects.filter(pk=row.pk).values().get()
    given = {name: "" if value is None else value for name, value in before.items()}
    statuses = [
        client.post(address(model, "change", row.pk), given).status_code,
        client.get(address(model, "add")).status_code,
        client.post(address(model, "add"), given).status_code,
        client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code,
    ]
    assert statuses == [403, 403, 403, 403]
    client.post(
        address(model, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    )
    assert model.objects.filter(pk=row.pk).values().get() == before


@pytest.mark.parametrize(
    ("model", "typed", "found"),
    [
        ("ledger_loan", "{number}", 1),
        ("ledger_loan", "harbour tools", 1),
        ("ledger_loan", "$12,000.00", 1),
        ("ledger_loan", "12,000.01", 0),
        ("ledger_loanevent", "p", 1),
        ("ledger_loanevent", "100.00", 1),
        ("ledger_entry", "p/entry", 1),
        ("ledger_posting", "12000", 2),
        ("ledger_loan", "NaN", 0),
        ("origination_application", "{application}", 1),
        ("origination_application", "harbour tools", 1),
        ("origination_application", "$12,000.00", 1),
        ("origination_application", "12,000.01", 0),
        ("origination_applicationevent", "{application}", 8),
        ("origination_offer", "12000", 1),
        ("origination_agreement", "{application}", 1),
        ("origination_signature", "harbour tools", 1),
        ("origination_signature", "nobody", 0),
    ],
)
def test_anything_is_found_by_number_name_amount_or_key(
    everything: None, loan: Any, people: Any, client_of: Any, model: str, typed: str, found: int
) -> None:
    url = reverse(f"admin:{model}_changelist")
    names = {"number": loan.number, "application": Application.objects.get().number}
    page = client_of(people.administrator).get(url, {"q": typed.format(**names)})
    assert page.context["cl"].result_count == found


def test_a_read_only_page_leads_to_where_the_work_is_done(everything: None, people: Any, client_of: Any) -> None:
    event = LoanEvent.objects.get(kind="payment")
    page = client_of(people.auditor).get(reverse("admin:ledger_loanevent_change", args=[event.pk]))
    assert f'href="/loans/{event.loan.number}/events/{event.pk}/"' in page.content.decode()


@pytest.mark.parametrize("model", ["application", "applicationevent"])
def test_a_draft_is_the_applicants_own(
    people: Any, company: Any, product_version: Any, client_of: Any, model: str
) -> None:
    make_desk(people, company, product_version).at("draft")
    page = client_of(people.administrator).get(reverse(f"admin:origination_{model}_changelist"))
    assert page.context["cl"].result_count == 0


def test_the_list_of_applications_shows_the_money_the_state_and_who(
    everything: None, people: Any, client_of: Any
) -> None:
    found = Application.objects.get()
    page = client_of(people.auditor).get(reverse("admin:origination_application_changelist"))
    assert table(page, "")[-1] == [
        found.number,
        "Harbour Tools Rental LLC",
        "Accepted",
        "12,000.00",
        "12",
        "Borrower",
        "31 Dec 2008",
        "Underwriter",
        "–",
    ]
    detail = client_of(people.auditor).get(reverse("admin:origination_application_change", args=[found.pk]))
    assert f'href="/applications/{found.number}/"' in detail.content.decode()


@pytest.mark.parametrize(
    ("model", "column", "shown", "aligned"),
    [
        ("ledger_loan", "amount", "12,000.00", True),
        ("ledger_loan", "rate", "9.500\u00a0%", True),
        ("ledger_loan", "opened_on", "30 Sep 2008", True),
        ("ledger_loan", "owed", "12,187.34", True),
        ("ledger_entry", "total", "12,000.00", True),
        ("ledger_boardingrun", "rows", "2,101", True),
        ("ledger_boardingrun", "finished_at", "31 Dec 2008, 14:05", False),
        ("ledger_proof", "compared", "1", True),
        ("ledger_nightchunk", "first_loan_id", "1", False),
    ],
)
def test_figures_and_dates_read_as_on_the_staffs_pages(
    everything: None, people: Any, client_of: Any, model: str, column: str, shown: str, aligned: bool
) -> None:
    """In the list, where figures stand at the right, and on the page of a row."""
    at = datetime(2008, 12, 31, 14, 5, tzinfo=UTC)
    BoardingRun.objects.update(rows=2101, finished_at=at)
    client = client_of(people.auditor)
    response = client.get(reverse(f"admin:{model}_changelist"))
    page = response.content.decode()
    heading = re.findall(rf'<th [^>]*class="([^"]*column-{column}\b[^"]*)"', page)
    cells = re.findall(rf'<t[dh] class="field-{column}\b([^"]*)">(?:<a [^>]*>)?([^<]*)<', page)
    assert cells[-1][1] == shown, cells
    assert ("lw-figure" in heading[0], "lw-figure" in cells[-1][0]) == (aligned, aligned)
    if column != "owed":  # the list's own
        row = response.context["cl"].result_list[len(cells) - 1]
        assert shown.replace("\u00a0", " ") in words(client.get(reverse(f"admin:{model}_change", args=[row.pk])))


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
def test_what_a_row_is_called_has_its_dates_as_on_the_staffs_pages(everything: None, model: Any) -> None:
    assert not re.search(r"\d{4}-\d\d-\d\d", str(model.objects.first()))


def test_so_many_rows_are_said_with_their_thousands_apart(tenant: Any, people: Any, client_of: Any) -> None:
    works = [LongWork(kind="proof", key=str(key), title="Proof", source="command") for key in range(1001)]
    LongWork.objects.bulk_create(works)
    client, url = client_of(people.auditor), reverse("admin:tenants_longwork_changelist")
    assert "1,001 long work" in words(client.get(url))
    assert "1,001 results ( Show all )" in words(client.get(url, {"q": "proof"}))


def test_dates_that_stand_among_what_is_changed_read_the_same(people: Any, client_of: Any) -> None:
    """A person can be changed by an administrator; since when they are here cannot."""
    User.objects.filter(pk=people.operations.pk).update(last_login=datetime(2008, 12, 31, 14, 5, tzinfo=UTC))
    for role in ("administrator", "auditor"):
        page = client_of(getattr(people, role)).get(f"/admin/tenants/user/{people.operations.pk}/change/")
        assert "Last login: 31 Dec 2008, 14:05" in words(page), role


def test_an_identifier_shows_its_last_four_and_never_the_rest(everything: None, people: Any, client_of: Any) -> None:
    found = Identifier.objects.get()
    page = client_of(people.administrator).get(reverse("admin:parties_identifier_change", args=[found.pk]))
    assert "6789" in words(page)
    assert "12345" not in page.content.decode()
    assert "secret" not in page.content.decode().lower().replace("secretary", "")


def test_the_first_page_is_the_health_of_the_system(everything: None, people: Any, client_of: Any) -> None:
    page = words(client_of(people.administrator).get("/admin/"))
    assert "Last close 31 Dec 2008, not finished" in page
    assert "Every entry balances Holds, tried" in page
    assert "Loans the night could not do 1" in page
    assert "Staff who sign in with a password alone 6" in page


def test_the_control_room_is_for_administrators_and_auditors(people: Any, client_of: Any) -> None:
    for role, user in vars(people).items():
        status = client_of(user).get("/admin/ledger/loan/", follow=True).status_code
        assert status == (200 if role in ("administrator", "auditor") else 403), role


def test_there_is_one_way_to_sign_in_and_it_asks_for_the_second_factor(people: Any, client: Any) -> None:
    """Django's own sign-in page would ask for a password alone."""
    response = client.get("/admin/ledger/loan/?q=1", follow=True)
    assert response.redirect_chain[-1] == ("/accounts/login/?next=/admin/ledger/loan/%3Fq%3D1", 302)
    typed = {"username": "administrator@example.com", "password": "a long password 1"}
    assert client.post("/admin/login/", typed).url == "/accounts/login/?next=/admin/"
    assert "_auth_user_id" not in client.session


def test_an_administrator_makes_a_person_who_can_sign_in(people: Any, client_of: Any) -> None:
    response = client_of(people.administrator).post("/admin/tenants/user/add/", NEW_PERSON)
    made = User.objects.get(email="new@example.com")
    assert response.url == f"/admin/tenants/user/{made.pk}/change/"
    assert (made.full_name, made.roles, made.check_password("a long password 1")) == (
        "New Person",
        ["operations"],
        True,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "auditor@example.com"}, "Somebody already signs in with this address"),
        ({"roles": []}, "This field is required."),
        ({"roles": ["owner"]}, "Select a valid choice. owner is not one of the available choices."),
        ({"password2": "another password 2"}, "The two password fields"),
    ],
)
def test_a_person_who_cannot_be_made_is_refused_beside_the_form(
    people: Any, client_of: Any, changes: dict[str, Any], sentence: str
) -> None:
    page = client_of(people.administrator).post("/admin/tenants/user/add/", NEW_PERSON | changes)
    assert page.status_code == 200
    assert sentence in words(page)
    assert not User.objects.filter(email="new@example.com").exists()


def test_roles_are_changed_by_an_administrator_but_never_ones_own(people: Any, client_of: Any) -> None:
    client = client_of(people.administrator)
    given = {"email": "x@example.com", "full_name": "X", "roles": ["operations", "administrator"], "is_active": "on"}
    assert client.post(f"/admin/tenants/user/{people.auditor.pk}/change/", given).status_code == 302
    assert User.objects.get(pk=people.auditor.pk).roles == ["operations", "administrator"]
    own = given | {"email": "administrator@example.com", "full_name": "Renamed"}
    assert client.post(f"/admin/tenants/user/{people.administrator.pk}/change/", own).status_code == 302
    changed = User.objects.get(pk=people.administrator.pk)
    assert (changed.full_name, changed.roles) == ("Renamed", ["administrator"])


def test_an_auditor_looks_at_people_and_changes_none(people: Any, client_of: Any) -> None:
    client = client_of(people.auditor)
    assert client.get(f"/admin/tenants/user/{people.operations.pk}/change/").status_code == 200
    given = {"email": "x@example.com", "full_name": "X", "roles": ["administrator"], "is_active": "on"}
    assert client.post(f"/admin/tenants/user/{people.operations.pk}/change/", given).status_code == 403
    assert client.get("/admin/tenants/user/add/").status_code == 403


def test_nobody_is_deleted(people: Any, client_of: Any) -> None:
    url = f"/admin/tenants/user/{people.auditor.pk}/delete/"
    assert client_of(people.administrator).post(url, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=people.auditor.pk).exists()


@pytest.mark.parametrize("model", ["loan", "loanbalance", "loanevent", "entry", "posting"])
def test_a_long_list_costs_no_query_more(make_loan: Any, people: Any, client_of: Any, model: str) -> None:
    client, url = client_of(people.administrator), reverse(f"admin:ledger_{model}_changelist")
    for _ in range(5):
        make_loan()
    few = queries(client, url)
    for _ in range(30):
        make_loan()
    assert queries(client, url) == few
