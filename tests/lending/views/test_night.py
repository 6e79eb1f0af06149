"""The end of day's page: how far it is, what stood alone, and the proofs."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from ledger.close.night import start_night
from ledger.models import LoanBalance, Night, NightException, Proof
from tests.conftest import BUSINESS_DATE, People
from tests.pages import queries


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
