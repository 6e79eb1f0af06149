"""Long work: how far it is, what came of it, what to do where it stopped, and the mark of whoever started it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from finance.errors import Refused
from ledger.close.night import pause_night, work_night
from ledger.models import BoardingRun, LoanBalance, Night, NightException, Proof
from lending import tasks
from lending.work import begin_closing, end_closing, give_up
from servicing.statements.models import Statement
from tenants.long_work import Heard, begin, ended, failed, heard_of, reached, working
from tenants.models import LongWork, Tenant
from tests.conftest import People
from tests.pages import queries, table, words

KINDS = ("proof", "proof", "night")
JANUARY_1 = date(2009, 1, 1)


def of(kind: str) -> LongWork:
    return LongWork.objects.get(kind=kind)


def test_nothing_long_says_what_the_place_is_for(client_of: Any, people: People) -> None:
    assert "Nothing long has run yet" in words(client_of(people.auditor).get("/work/"))


def test_it_is_for_all_staff_and_no_borrower(client_of: Any, people: People) -> None:
    for role, user in vars(people).items():
        for address in ("/work/", "/work/progress/", "/work/mark/"):
            assert client_of(user).get(address).status_code == (403 if role == "borrower" else 200), (role, address)


# --- the closing of days --------------------------------------------------------------------------------------------
def test_days_that_are_closed_are_counted_until_the_last(
    client_of: Any, people: People, loan: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_of(people.operations)
    client.post("/books/night/advance/", {"stride": "month"})
    work = of("night")
    assert (work.title, work.total, work.by) == ("Close 31 Dec 2008 to 30 Jan 2009", 31, people.operations)
    page = words(client.get("/work/"))
    assert "1 going on" in page
    assert "Close 31 Dec 2008 to 30 Jan 2009 0 of 31 days" in page
    assert "Started by Operations" in page
    assert "left" not in page  # nothing is done yet that its speed could be known from
    # A day is closed and the next one begun: one is done.
    assert work_night(loan.tenant_id, Night.objects.get().pk)
    end_closing()
    assert work_night(loan.tenant_id, tasks.close_one_day(date(2009, 1, 31)).pk)
    tasks.close_one_day(date(2009, 1, 31))
    LongWork.objects.update(started_at=timezone.now() - timedelta(minutes=20))
    page = words(client.get("/work/progress/"))
    assert "Close 31 Dec 2008 to 30 Jan 2009 2 of 31 days" in page
    assert "291 minutes left" in page  # 20 minutes for two days, so 290 and a moment for 29
    assert "2 Jan 2009" in page
    pause_night(by=people.operations)
    page = words(client.get("/work/progress/"))
    assert "Paused" in page
    assert "2 Jan 2009, paused by Operations." in page
    assert "minutes left" not in page


def test_the_end_of_the_last_day_is_the_end_and_says_which_loans_stood_alone(
    client_of: Any, people: People, loan: Any
) -> None:
    client = client_of(people.operations)
    client.post("/books/night/advance/", {"stride": "day"})
    night = Night.objects.get()
    end_closing()
    assert of("night").finished_at is None
    assert work_night(loan.tenant_id, night.pk)
    NightException.objects.create(night=night, loan=loan, step="accrue", sentence="No rate.")
    end_closing()
    work = of("night")
    assert (work.title, work.done, work.total) == ("Close 31 Dec 2008", 1, 1)
    assert work.result == "Closed through 31 Dec 2008. 1 loan stood alone: End of day says why."
    page = client.get("/work/")
    (row,) = table(page, "Long work that ended")[1:]
    assert row[:3] == ["Close 31 Dec 2008", f"Done {work.result}", "Operations"]
    assert 'href="/books/night/"' in page.content.decode()
    # Again changes nothing.
    before = LongWork.objects.values().get()
    end_closing()
    begin_closing(JANUARY_1, source=LongWork.Source.CALENDAR)
    assert LongWork.objects.values().get() == before | {"told_at": before["told_at"]}


def test_what_the_calendar_closes_is_nobodys(tenant: Any) -> None:
    begin_closing(JANUARY_1, source=LongWork.Source.CALENDAR)
    begin_closing(JANUARY_1, source=LongWork.Source.CALENDAR)
    work = of("night")
    assert (work.by, work.get_source_display(), work.total) == (None, "The calendar", 1)
    begin_closing(Tenant.objects.get().business_date, source=LongWork.Source.CALENDAR)  # nothing is to be closed
    assert LongWork.objects.count() == 1


# --- proofs, statements, tapes --------------------------------------------------------------------------------------
def test_a_proof_by_replay_is_ordered_done_and_leads_to_its_result(
    client_of: Any, people: People, loan: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr("lending.views.night.REPLAYED_AT_ONCE", 0)
    client = client_of(people.auditor)
    page = words(client.post("/books/night/prove/", follow=True))
    assert "A worker replays each of 1 loans now: Long work says how far it is." in page
    work = of("proof")
    assert (work.by, work.finished_at) == (people.auditor, None)
    tasks.prove_by_replay_task(loan.tenant_id, work.pk)
    work = of("proof")
    proof = Proof.objects.get(law="replay_is_ledger")
    assert (work.done, work.total, work.subject) == (1, 1, proof.pk)
    assert work.result == "1 loan replayed: the law holds."
    assert 'href="/books/proof/"' in client.get("/work/").content.decode()
    LoanBalance.objects.filter(pk=loan.pk).update(fees="0.01")
    tasks.prove_by_replay_task(loan.tenant_id, work.pk)  # a message that came twice
    assert of("proof").result == "1 loan replayed: the law does not hold."
    assert of("proof").finished_at == work.finished_at


def test_the_statements_of_a_month_are_counted(client_of: Any, people: People, make_loan: Any, tenant: Any) -> None:
    first, second = make_loan(), make_loan()
    Night.objects.create(business_date=date(2008, 12, 31), step="done", finished_at=timezone.now())
    Tenant.objects.update(business_date=JANUARY_1)
    tasks.statements_task(tenant.pk)
    work = of("statements")
    assert (work.title, work.by, work.source) == ("Statements of December 2008", None, "night")
    assert (work.done, work.total, work.result) == (2, 2, "2 loans have their statement.")
    assert Statement.objects.count() == 2
    assert {loan.pk for loan in (first, second)} == set(Statement.objects.values_list("loan_id", flat=True))
    tasks.statements_task(tenant.pk)
    assert LongWork.objects.count() == 1
    assert words(client_of(people.auditor).get("/work/")).count("2 loans have their statement.") == 1


def test_a_tape_that_is_refused_says_what_to_do(
    client_of: Any, people: People, product_version: Any, company: Any, tmp_path: Path
) -> None:
    tape = tmp_path / "loans.csv"
    tape.write_text("Nothing,of,a,tape\n1,2,3,4\n")
    code = product_version.product.code
    with pytest.raises(CommandError) as refusal:
        call_command("board", str(tape), product=code, tenant="test-lending")
    work = of("boarding")
    assert (work.title, work.failure, work.get_source_display()) == (
        "Board loans.csv",
        str(refusal.value),
        "The command line",
    )
    assert not BoardingRun.objects.exists()
    page = client_of(people.operations).get("/work/")
    (row,) = table(page, "Long work that ended")[1:]
    assert row[:3] == [
        "Board loans.csv",
        f"Failed {refusal.value} Nothing of the tape was boarded. Mend what is said here, then board it again.",
        "The command line",
    ]


# --- work of any kind -----------------------------------------------------------------------------------------------
def going_on(people: People, **given: Any) -> LongWork:
    return begin(
        **{"kind": "proof", "key": "k", "title": "Proof by replay of every loan", "by": people.auditor} | given
    )


def test_what_a_worker_says_is_shown_with_the_time_left(client_of: Any, people: People) -> None:
    work = going_on(people)
    assert heard_of([work.pk]) == {}
    reached(work.pk, 500, 2000)
    heard = heard_of([work.pk])[work.pk]
    assert (heard.done, heard.total) == (500, 2000)
    LongWork.objects.update(started_at=timezone.now() - timedelta(minutes=2))
    page = words(client_of(people.operations).get("/work/"))
    assert "Proof by replay of every loan 500 of 2,000 loans" in page
    assert "; 7 minutes left." in page  # 2 minutes for 500, so 6 and a moment for 1,500


def test_work_of_which_nothing_is_heard_says_what_to_do(
    client_of: Any, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = going_on(people)
    assert "Nothing was heard of it" not in words(client_of(people.operations).get("/work/"))
    LongWork.objects.update(started_at=timezone.now() - timedelta(minutes=11))
    page = words(client_of(people.operations).get("/work/"))
    assert "Nothing was heard of it for ten minutes or more. Prove the books again on the page End of day." in page
    reached(work.pk, 1, 2)
    assert "Nothing was heard of it" not in words(client_of(people.operations).get("/work/"))
    ago = Heard(1, 2, timezone.now() - timedelta(minutes=11))
    monkeypatch.setattr("lending.work.heard_of", lambda ids: dict.fromkeys(ids, ago))
    assert "Nothing was heard of it" in words(client_of(people.operations).get("/work/"))


def test_work_of_which_nothing_is_heard_for_an_hour_has_stopped(people: People) -> None:
    heard, unheard, night = (going_on(people, key=key, kind=kind) for key, kind in zip("abc", KINDS, strict=True))
    LongWork.objects.update(started_at=timezone.now() - timedelta(minutes=61))
    reached(heard.pk, 1, 2)
    give_up()
    assert LongWork.objects.get(pk=unheard.pk).failure == "Nothing was heard of it for an hour."
    assert set(LongWork.objects.filter(finished_at=None)) == {heard, night}
    # Its worker was slow, not lost: what came of it counts.
    ended(unheard.pk, result="1 loan replayed: the law holds.", done=1, total=1)
    assert LongWork.objects.get(pk=unheard.pk).failure == ""


def test_what_stops_it_is_written_down_without_what_it_may_tell(people: People, tenant: Any) -> None:
    work = going_on(people)
    with pytest.raises(ValueError, match="219-09-9999"), working(tenant.pk, work.pk):
        raise ValueError("219-09-9999")
    assert of("proof").failure == "It stopped on a fault of the system: ValueError."
    # Begun anew it goes on, and a refusal is told in its own words.
    going_on(people)
    assert (of("proof").failure, of("proof").finished_at) == ("", None)
    with pytest.raises(Refused), working(tenant.pk, work.pk):
        raise Refused("The tape has no column Term.")
    assert of("proof").failure == "The tape has no column Term."
    ended(work.pk, result="Done after all.", done=0, total=0)
    failed(work.pk, "Too late to fail.")
    assert (of("proof").failure, of("proof").result) == ("", "Done after all.")


def test_the_result_leads_only_whom_its_page_is_open_to(client_of: Any, people: People, product_version: Any) -> None:
    run = BoardingRun.objects.create(
        tape="t.csv", layout="sba", sha256="0", business_date=JANUARY_1, product_version=product_version
    )
    work = going_on(people, kind="boarding", title="Board t.csv")
    ended(work.pk, result="1 of 1 row boarded, 0 refused.", done=1, total=1, subject=run.pk)
    link = f'href="/books/boarding/{run.pk}/"'
    assert link in client_of(people.operations).get("/work/").content.decode()
    assert link not in client_of(people.underwriter).get("/work/").content.decode()


def test_fifty_cost_as_many_queries_as_one(client_of: Any, people: People) -> None:
    client, counts = client_of(people.operations), []
    for number in (1, 50):
        for key in range(number):
            ended(going_on(people, key=f"{number}-{key}").pk, result="Done.", done=0, total=0)
        counts.append(queries(client, "/work/"))
    assert counts[0] == counts[1]


# --- the mark at the top --------------------------------------------------------------------------------------------
MARK = 'id="work-mark"'


def test_the_mark_is_for_whoever_started_it_until_they_have_seen_the_end(client_of: Any, people: People) -> None:
    mine, other = client_of(people.auditor), client_of(people.operations)
    assert MARK not in mine.get("/loans/").content.decode()
    work = going_on(people)
    assert MARK in mine.get("/loans/").content.decode()
    assert MARK not in other.get("/loans/").content.decode()
    page = mine.get("/work/mark/")
    assert words(page) == "1 of your long work going on"
    assert f'hx-get="/work/mark/?seen={work.pk}"' in page.content.decode()
    # It ends: the page that asks is told, once, and the mark stays until its person has looked.
    ended(work.pk, result="1,999 loans replayed: the law holds.", done=1999, total=1999)
    told = mine.get(f"/work/mark/?seen={work.pk}")
    assert "Proof by replay of every loan : 1,999 loans replayed: the law holds." in words(told)
    assert "hx-get" not in told.content.decode()
    assert words(mine.get("/work/mark/")) == "1 of your long work ended"
    other.get("/work/")
    assert MARK in mine.get("/loans/").content.decode()
    mine.get("/work/")
    assert MARK not in mine.get("/loans/").content.decode()
    assert words(mine.get("/work/mark/?seen=x")) == ""


def test_the_mark_costs_a_page_no_query(client_of: Any, people: People) -> None:
    client = client_of(people.operations)
    before = queries(client, "/loans/")
    going_on(people, by=people.operations)
    assert queries(client, "/loans/") == before
