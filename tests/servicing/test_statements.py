"""Monthly statements: they add up, each begins where the last one ends, and what we learn later corrects them."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from finance.loan_state import Event
from finance.money import ZERO
from finance.terms import Instalment, LoanTerms
from ledger.models import LoanEvent, Night
from ledger.operations import charge_fee, charge_off_loan, receive_payment, reverse_event
from lending.tasks import last_month_end, statements_task
from servicing.kept import digest
from servicing.statements.errors import MonthNotOver, NotAMonthEnd
from servicing.statements.figures import due_after, figures
from servicing.statements.models import Statement
from servicing.statements.operations import correct_statements, make_statements
from servicing.statements.selectors import statements_touched
from tenants.models import Role, Tenant, User
from tests.pages import queries, table, words

TODAY = date(2008, 12, 31)
OCTOBER, NOVEMBER, DECEMBER = date(2008, 10, 31), date(2008, 11, 30), date(2008, 12, 31)
SUMMED = ("opening", "advanced", "interest", "fees", "payments", "other", "closing")


def figures_of(statement: Statement) -> tuple[D, ...]:
    return tuple(getattr(statement, name) for name in SUMMED)


def money(*amounts: str) -> tuple[D, ...]:
    return tuple(D(amount) for amount in amounts)


@pytest.fixture
def pay(mine: Any, people: Any) -> Any:
    def pay(amount: str, on: date, key: str = "p") -> LoanEvent:
        return receive_payment(loan_id=mine.pk, amount=D(amount), effective_on=on, key=key, by=people.operations)

    return pay


def standing(loan: Any) -> list[Statement]:
    return list(Statement.objects.standing().filter(loan=loan).order_by("ends_on"))


def test_a_month_is_told_with_all_that_moved_it(mine: Any, people: Any, pay: Any) -> None:
    pay("1052.21", date(2008, 10, 30))
    charge_fee(loan_id=mine.pk, amount=D("25.00"), effective_on=OCTOBER, reason="Copy", key="f", by=people.operations)
    assert make_statements(period_end=OCTOBER, by=people.operations) == 1
    made = Statement.objects.get()
    # 30 days of 12,000.00 at 9.5 % are 93.70; a day of 11,041.49 is 2.87.
    assert figures_of(made) == money("12000.00", "0.00", "96.57", "25.00", "1052.21", "0.00", "11069.36")
    assert (made.due_on, made.due_amount) == (date(2008, 11, 30), D("1077.21"))
    assert made.content["paid"] == {
        "principal": "958.51",
        "interest": "93.70",
        "fees": "0.00",
        "held": "0.00",
        "recovered": "0.00",
    }
    assert [line["what"] for line in made.content["activity"]] == ["You paid", "A fee"]
    assert made.content["due"]["fees"] == "25.00"
    assert (made.sha256, made.made_on, made.made_by) == (digest(made.content), TODAY, people.operations)


def test_each_statement_begins_where_the_one_before_ends(mine: Any, pay: Any) -> None:
    pay("1052.21", date(2008, 10, 30))
    for month in (date(2008, 9, 30), OCTOBER, NOVEMBER):
        assert make_statements(period_end=month) == 1
    september, october, november = standing(mine)
    assert figures_of(september) == money("0.00", "12000.00", "0.00", "0.00", "0.00", "0.00", "12000.00")
    assert (september.closing, october.closing) == (october.opening, november.opening)
    assert november.content["late"] is None
    assert november.content["due"]["late"] == "0.00"  # due on the last day of the month: not late yet


def test_making_them_again_makes_nothing_twice(mine: Any, make_loan: Any) -> None:
    make_loan()
    assert make_statements(period_end=OCTOBER) == 2
    assert make_statements(period_end=OCTOBER) == 0
    assert make_statements(period_end=NOVEMBER, loans=[mine.pk]) == 1
    assert Statement.objects.count() == 3


def test_only_loans_that_lived_in_the_month_have_one(mine: Any, make_loan: Any, pay: Any) -> None:
    make_loan(disbursed_on=date(2008, 11, 15))
    pay("12096.82", date(2008, 10, 31))
    mine.refresh_from_db()
    assert mine.state == "paid_off"
    assert make_statements(period_end=OCTOBER) == 1
    assert Statement.objects.get().loan_id == mine.pk
    assert make_statements(period_end=NOVEMBER) == 1
    assert Statement.objects.filter(ends_on=NOVEMBER).exclude(loan=mine).count() == 1


@pytest.mark.parametrize(("wrong", "refusal"), [(date(2008, 11, 29), NotAMonthEnd), (DECEMBER, MonthNotOver)])
def test_a_month_that_is_none_or_not_over_is_refused(mine: Any, wrong: date, refusal: Any) -> None:
    with pytest.raises(refusal):
        make_statements(period_end=wrong)
    assert not Statement.objects.exists()


def test_what_we_learn_later_is_followed_by_corrected_statements(mine: Any, people: Any, pay: Any) -> None:
    for month in (OCTOBER, NOVEMBER):
        make_statements(period_end=month)
    first_october, first_november = standing(mine)
    assert [row.ends_on for row in statements_touched(mine, date(2008, 10, 15))] == [OCTOBER, NOVEMBER]
    assert [row.ends_on for row in statements_touched(mine, date(2008, 11, 1))] == [NOVEMBER]
    assert statements_touched(mine, date(2008, 12, 1)) == []
    pay("500.00", date(2008, 10, 15))
    assert correct_statements(recorded_since=TODAY) == 2
    october, november = standing(mine)
    assert (october.version, october.corrects, november.corrects) == (2, first_october, first_november)
    assert october.why == "After we sent it we learnt of this: payment of $500.00 that counts from 15 Oct 2008."
    assert (october.payments, october.closing, november.opening) == (D("500.00"), D("11594.94"), D("11594.94"))
    assert october.content["changes"] == [
        {"label": "Interest", "was": "96.82", "now": "94.94"},
        {"label": "What you paid", "was": "0.00", "now": "500.00"},
        {"label": "Owed at the end", "was": "12096.82", "now": "11594.94"},
    ]
    assert october.content["corrects"] == first_october.sha256
    assert correct_statements(recorded_since=TODAY) == 0
    first_october.refresh_from_db()
    assert first_october.closing == D("12096.82")  # what was sent stays as it was sent


def test_what_was_changed_and_changed_back_corrects_nothing(mine: Any, people: Any, pay: Any) -> None:
    make_statements(period_end=OCTOBER)
    event = pay("500.00", date(2008, 10, 15))
    reverse_event(event_id=event.pk, reason="R01", key="r", by=people.operations)
    assert correct_statements(recorded_since=TODAY) == 0


def test_a_payment_taken_back_corrects_the_month_it_counted_in(mine: Any, people: Any, pay: Any) -> None:
    event = pay("500.00", date(2008, 10, 15))
    make_statements(period_end=OCTOBER)
    reverse_event(event_id=event.pk, reason="R01", key="r", by=people.operations)
    assert correct_statements(recorded_since=TODAY) == 1
    (october,) = standing(mine)
    assert october.payments == D("0.00")
    assert october.why == (
        "After we sent it we learnt of this: the payment of $500.00 that counts from 15 Oct 2008 was taken back."
    )


def test_the_next_month_is_made_after_the_earlier_ones_are_right(mine: Any, pay: Any) -> None:
    make_statements(period_end=OCTOBER)
    pay("500.00", date(2008, 10, 15))
    assert make_statements(period_end=NOVEMBER) == 1
    october, november = standing(mine)
    assert (october.version, november.version, october.closing) == (2, 1, november.opening)


def test_a_charge_off_is_among_the_other_changes(mine: Any, people: Any) -> None:
    charge_off_loan(loan_id=mine.pk, effective_on=NOVEMBER, reason="Gone", key="co", by=people.operations)
    make_statements(period_end=NOVEMBER)
    made = Statement.objects.get()
    assert (made.closing, made.other) == (D("0.00"), -made.opening - made.interest)
    assert (made.due_amount, made.due_on) == (D("0.00"), None)


def test_from_45_days_late_a_statement_says_so(mine: Any) -> None:
    Tenant.objects.update(business_date=date(2009, 1, 2))
    make_statements(period_end=DECEMBER)
    said = Statement.objects.get().content
    assert said["late"] == {"days": 62, "since": "2008-10-30"}
    assert said["due"] == {
        "amount": "4208.84",
        "on": "2009-01-30",
        "regular": "1052.21",
        "late": "3156.63",
        "fees": "0.00",
        "late_fee": None,
    }


def test_a_statement_is_never_changed(mine: Any) -> None:
    make_statements(period_end=OCTOBER)
    for change in (lambda: Statement.objects.update(why="x"), Statement.objects.all().delete):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            change()


def test_many_loans_are_read_with_the_queries_of_one(mine: Any, make_loan: Any) -> None:
    with CaptureQueriesContext(connection) as one:
        make_statements(period_end=OCTOBER)
    for _ in range(6):
        make_loan()
    with CaptureQueriesContext(connection) as many:
        assert make_statements(period_end=OCTOBER) == 6
    assert len(many) == len(one) <= 14


@st.composite
def histories(draw: Any) -> list[Event]:
    """Payments, fees, waivers and reversals of a loan paid out on 15 January 2008."""
    events = [Event(id="000", kind="disburse", on=date(2008, 1, 15), amount=D("9000.00"))]
    for n in range(draw(st.integers(0, 8))):
        kind = draw(st.sampled_from(["payment", "payment", "fee", "fee_waiver", "rate_change", "capitalise_interest"]))
        on = date(2008, 1, 15) + timedelta(draw(st.integers(0, 300)))
        amount = D(draw(st.integers(1, 400_000))) / 100
        facts = {"rate_change": {"rate": amount / 1000}, "capitalise_interest": {}}.get(kind, {"amount": amount})
        events.append(Event(id=f"{n + 1:03}", kind=kind, on=on, **facts))
    if len(events) > 1 and draw(st.booleans()) and events[1].kind == "payment":
        events.append(Event(id="999", kind="reversal", on=events[1].on, target=events[1].id))
    return events


TERMS = LoanTerms(
    rate=D("9.5"),
    day_count="ACT/365F",
    schedule=tuple(Instalment(due_date=date(2008, m, 15), amount=D("850.00")) for m in range(2, 13)),
)


@settings(max_examples=150)
@given(histories())
def test_every_statement_adds_up_and_the_months_are_a_chain(events: list[Event]) -> None:
    closing = ZERO
    for month in range(1, 12):
        starts_on = date(2008, month, 1)
        ends_on = date(2008, month + 1, 1) - timedelta(1)
        found = figures(TERMS, events, starts_on, ends_on)
        assert found.opening == closing
        summed = found.opening + found.advanced + found.interest + found.fees - found.payments + found.other
        assert summed == found.closing
        assert found.interest >= 0  # days earn; nothing here waives interest
        due = due_after(found)
        assert ZERO <= due.late <= due.amount <= found.closing
        assert due.regular >= 0
        closing = found.closing


# --- the night ------------------------------------------------------------------------------------------------------
def test_the_last_month_end(mine: Any) -> None:
    assert [last_month_end(on) for on in (OCTOBER, date(2008, 11, 1), TODAY)] == [OCTOBER, OCTOBER, DECEMBER]


def test_a_month_that_a_night_closed_has_its_statements(mine: Any, tenant: Any, pay: Any) -> None:
    Tenant.objects.update(business_date=date(2009, 1, 1))
    statements_task(tenant.pk)
    assert not Statement.objects.exists()  # no night has closed anything
    Night.objects.create(business_date=DECEMBER, step="done", finished_at="2009-01-01T06:00:00Z")
    for _ in range(2):
        statements_task(tenant.pk)
    assert [(row.ends_on, row.made_by) for row in Statement.objects.all()] == [(DECEMBER, None)]
    pay("10.00", date(2008, 12, 30))
    statements_task(tenant.pk)
    assert [row.version for row in Statement.objects.order_by("version")] == [1, 2]


# --- pages ----------------------------------------------------------------------------------------------------------
def test_the_borrower_reads_a_statement_and_keeps_it(mine: Any, people: Any, client_of: Any, pay: Any) -> None:
    pay("1052.21", date(2008, 10, 30))
    make_statements(period_end=OCTOBER)
    client, statement = client_of(people.borrower), Statement.objects.get()
    listed = client.get("/portal/documents/")
    assert "October 2008 $11,044.36 owed" in words(listed)
    url = f"/portal/loans/{mine.number}/statements/{statement.pk}/"
    page = client.get(url)
    assert "$1,052.21 is due on Sun 30 Nov 2008." in words(page)
    assert table(page, "What moved")[1:] == [
        ["Owed at the start", "12,000.00"],
        ["Interest", "96.57"],
        ["What you paid", "−1,052.21"],
        ["Owed at the end", "11,044.36"],
    ]
    pdfs = [client.get(f"{url}pdf/") for _ in range(2)]
    assert pdfs[0]["Content-Disposition"] == f'attachment; filename="statement-{mine.number}-2008-10.pdf"'
    assert pdfs[0].content.startswith(b"%PDF-")
    assert pdfs[0].content == pdfs[1].content


def test_a_replaced_statement_leads_to_the_corrected_one(mine: Any, people: Any, client_of: Any, pay: Any) -> None:
    make_statements(period_end=OCTOBER)
    pay("500.00", date(2008, 10, 15))
    correct_statements(recorded_since=TODAY)
    old, new = Statement.objects.order_by("version")
    client = client_of(people.borrower)
    page = client.get(f"/portal/loans/{mine.number}/statements/{old.pk}/")
    assert f'href="/portal/loans/{mine.number}/statements/{new.pk}/"' in page.content.decode()
    corrected = words(client.get(f"/portal/loans/{mine.number}/statements/{new.pk}/"))
    assert "This statement replaces an earlier one" in corrected
    assert "Owed at the end: $12,096.82 before, $11,594.94 now." in corrected


def test_staff_see_what_the_borrower_was_sent(mine: Any, people: Any, client_of: Any) -> None:
    make_statements(period_end=OCTOBER)
    statement, client = Statement.objects.get(), client_of(people.auditor)
    page = client.get(f"/loans/{mine.number}/documents/")
    assert table(page, "Statements")[1] == ["October 2008", "31 Dec 2008", "96.82", "0.00", "0.00", "12,096.82"]
    alone = client.get(f"/loans/{mine.number}/documents/", headers={"HX-Request": "true"})
    assert "<html" not in alone.content.decode()
    assert client.get(f"/loans/{mine.number}/statements/{statement.pk}/").status_code == 200
    assert client.get(f"/loans/{mine.number}/statements/{statement.pk}/pdf/").content.startswith(b"%PDF-")


def test_nobody_else_sees_them(mine: Any, people: Any, client_of: Any) -> None:
    make_statements(period_end=OCTOBER)
    other = User.objects.create_user("other@example.com", "a long password 1", full_name="Other", roles=[Role.BORROWER])
    statement = Statement.objects.get()
    for rest in ("", "pdf/"):
        assert client_of(other).get(f"/portal/loans/{mine.number}/statements/{statement.pk}/{rest}").status_code == 404
        assert client_of(other).get(f"/loans/{mine.number}/statements/{statement.pk}/{rest}").status_code == 403
    assert client_of(people.borrower).get(f"/loans/{mine.number}/documents/").status_code == 403


def test_many_statements_cost_the_documents_no_query_more(mine: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.borrower)
    make_statements(period_end=OCTOBER)
    few = queries(client, "/portal/documents/")
    make_statements(period_end=NOVEMBER)
    assert queries(client, "/portal/documents/") == few
