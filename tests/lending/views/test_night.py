"""The end of day's page: how far it is, what stood alone, and the proofs."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from ledger.close.night import start_night, work_night
from ledger.models import LoanBalance, Night, NightException, Proof
from tests.conftest import BUSINESS_DATE, People
from tests.pages import queries, words

BEHIND = "/books/night/?part=behind"


def test_before_the_first_close_it_says_what_the_place_is_for(client_of: Any, people: People) -> None:
    page = client_of(people.auditor).get(reverse("night")).content.decode()
    assert "No day has been closed yet" in page
    assert "Nothing has been proved yet" in page
    assert "Close 1 day" not in page


def test_a_running_night_shows_its_steps_and_no_buttons(client_of: Any, people: People, loan: Any) -> None:
    start_night()
    page = client_of(people.operations).get(reverse("night")).content.decode()
    assert "Closing 31 Dec 2008" in page
    assert "every 1s" in page
    assert "Close 1 day" not in page


def test_a_loan_that_stood_alone_is_listed_with_what_stopped_it(client_of: Any, people: People, loan: Any) -> None:
    night = Night.objects.create(business_date=BUSINESS_DATE, step="done", finished_at=timezone.now())
    NightException.objects.create(night=night, loan=loan, step="accrue", sentence="no daily interest under 30/360US")
    page = client_of(people.operations).get(reverse("night")).content.decode()
    assert "31 Dec 2008 is closed" in page
    assert "no daily interest under 30/360US" in page
    assert reverse("loan", args=[loan.number]) in page
    assert f'hx-get="{BEHIND}"' in page
    assert "1 open loan is behind" in words(client_of(people.operations).get(BEHIND))
    # Behind is behind, also where nothing that is open says why.
    NightException.objects.update(resolved_at=timezone.now())
    assert "1 open loan is behind" in words(client_of(people.operations).get(BEHIND))
    LoanBalance.objects.filter(pk=loan.pk).update(accrued_through=BUSINESS_DATE)
    assert words(client_of(people.operations).get(BEHIND)) == ""


def test_nobody_is_behind_a_close_that_has_not_ended(client_of: Any, people: People, loan: Any) -> None:
    start_night()
    assert BEHIND not in client_of(people.operations).get(reverse("night")).content.decode()
    assert words(client_of(people.operations).get(BEHIND)) == ""


def test_proving_now_tries_every_law_and_says_what_does_not_hold(client_of: Any, people: People, loan: Any) -> None:
    client = client_of(people.auditor)
    held = client.post(reverse("prove_now"), follow=True).content.decode()
    assert "Every law of the books holds at this moment." in held
    assert Proof.objects.filter(holds=True).count() == 6
    LoanBalance.objects.filter(pk=loan.pk).update(fees="0.01")
    broken = client.post(reverse("prove_now"), follow=True).content.decode()
    assert "1220 Fees receivable" in broken
    assert "Does not hold: The loans add up to the general ledger" in broken
    assert Proof.objects.filter(holds=False).count() == 3


def test_one_night_and_thirty_take_the_same_number_of_queries(client_of: Any, people: People) -> None:
    client = client_of(people.auditor)
    counts = []
    for nights in (range(1), range(1, 30)):
        for back in nights:
            day = BUSINESS_DATE - timedelta(back)
            Night.objects.create(business_date=day, step="done", finished_at=timezone.now())
        counts.append(queries(client, reverse("night")))
    assert counts[0] == counts[1]


def test_a_night_is_paused_and_resumed_by_who_may(client_of: Any, people: People, loan: Any) -> None:
    night = start_night()
    operations, auditor = client_of(people.operations), client_of(people.auditor)
    assert auditor.post(reverse("pause_night")).status_code == 403
    assert "Pause the night" not in words(auditor.get(reverse("night")))
    assert "Pause the night" in words(operations.get(reverse("night")))
    page = words(operations.post(reverse("pause_night"), follow=True))
    assert "Closing 31 Dec 2008 is paused" in page
    assert "Operations paused it on" in page
    assert "every 1s" not in operations.get(reverse("night")).content.decode()
    # A worker that comes takes nothing.
    assert work_night(loan.tenant_id, night.pk) is False
    assert not night.chunks.exists()
    page = words(operations.post(reverse("resume_night"), follow=True))
    assert "paused" not in page
    assert work_night(loan.tenant_id, night.pk) is True


def test_when_no_night_runs_there_is_nothing_to_pause(client_of: Any, people: People) -> None:
    for name in ("pause_night", "resume_night"):
        page = words(client_of(people.operations).post(reverse(name), follow=True))
        assert "No night is running: it can be paused or resumed while it closes a day." in page


def test_a_loan_is_tried_again_where_it_is_listed(client_of: Any, people: People, loan: Any) -> None:
    LoanBalance.objects.filter(pk=loan.pk).update(day_count="30/360US")
    night = start_night()
    assert work_night(loan.tenant_id, night.pk)
    (exception,) = NightException.objects.all()
    client, again = client_of(people.operations), reverse("try_loan_again", args=[exception.pk])
    assert client_of(people.auditor).post(again).status_code == 403
    assert f"Loan {loan.number} still cannot be brought to date" in words(client.post(again, follow=True))
    LoanBalance.objects.filter(pk=loan.pk).update(day_count="ACT/365F")
    page = words(client.post(again, follow=True))
    assert f"Loan {loan.number} is brought to date, and its replay agrees." in page
    assert "Loans that stood alone" not in page
    exception.refresh_from_db()
    assert exception.resolved_by == people.operations


def test_a_proof_of_a_share_says_which_share_and_in_how_many_nights_all_are_proved(
    client_of: Any, people: People
) -> None:
    Proof.objects.create(
        law="replay_is_ledger", business_date=BUSINESS_DATE, compared=100_000, out_of=1_000_000, holds=True
    )
    page = words(client_of(people.auditor).get(reverse("night")))
    assert "100,000 of 1,000,000 (10.0\u00a0%; all within 10 nights)" in page.replace("10.0 %", "10.0\u00a0%")
