"""A difference of one cent waits, with an owner, until no proof finds it and a person has said why."""

from collections.abc import Callable
from decimal import Decimal as D
from typing import Any

import pytest

from ledger.close.differences import AlreadyResolved, NoteMissing, StillFound, assign_difference, resolve_difference
from ledger.close.laws import LAWS
from ledger.close.night import start_night, work_night
from ledger.close.proof import prove_books
from ledger.models import Difference, LoanBalance, Proof
from ledger.proofs import history, laws_now
from tenants.models import Tenant
from tests.conftest import BUSINESS_DATE
from tests.pages import queries, table, words


@pytest.fixture
def broken(loan: Any) -> Any:
    """A loan whose balance was moved by a cent without a posting, and the books proved."""
    LoanBalance.objects.filter(pk=loan.pk).update(fees=D("0.01"))
    prove_books()
    return loan


def mend(loan: Any) -> None:
    LoanBalance.objects.filter(pk=loan.pk).update(fees=D("0.00"))


def test_each_finding_of_a_proof_opens_one_difference_however_often_it_is_found(broken: Any) -> None:
    assert sorted(Difference.objects.values_list("law", "what", "expected", "found")) == [
        ("balances_are_postings", f"Loan {broken.number}",
         "principal 12000.00, interest 0.00, fees 0.01, unapplied 0.00, escrow 0.00, suspense 0.00, applied 0.00",
         "principal 12000.00, interest 0, fees 0, unapplied 0, escrow 0, suspense 0, applied 0"),
        ("replay_is_ledger", f"Loan {broken.number}, fees", "0.00", "0.01"),
        ("subledger_is_gl", "1220 Fees receivable", "0.01", "0"),
    ]  # fmt: skip
    first = Difference.objects.get(law="subledger_is_gl")
    LoanBalance.objects.filter(pk=broken.pk).update(fees=D("0.02"))
    prove_books()
    assert Difference.objects.count() == 3
    again = Difference.objects.get(pk=first.pk)
    assert (again.expected, again.first_proof_id) == ("0.02", first.first_proof_id)
    assert again.last_proof_id > first.last_proof_id


def test_it_is_resolved_once_it_is_gone_and_said_why(broken: Any, people: Any) -> None:
    found = Difference.objects.get(law="subledger_is_gl")
    assign_difference(difference_id=found.pk, owner=people.operations, note="Looking.")
    found.refresh_from_db()
    assert (found.owner, found.note, found.owned_at is None) == (people.operations, "Looking.", False)
    with pytest.raises(StillFound):
        resolve_difference(difference_id=found.pk, note="Gone.", by=people.operations)
    mend(broken)
    prove_books()
    with pytest.raises(NoteMissing):
        resolve_difference(difference_id=found.pk, note="  ", by=people.operations)
    found.refresh_from_db()
    assert found.resolved_at is None
    resolve_difference(difference_id=found.pk, note="A test moved the balance.", by=people.operations)
    found.refresh_from_db()
    assert (found.resolved_by, found.note) == (people.operations, "A test moved the balance.")
    for act in (
        lambda: assign_difference(difference_id=found.pk, owner=people.administrator),
        lambda: resolve_difference(difference_id=found.pk, note="Again.", by=people.administrator),
    ):
        with pytest.raises(AlreadyResolved, match="resolved by Operations"):
            act()
    LoanBalance.objects.filter(pk=broken.pk).update(fees=D("0.01"))
    prove_books()
    assert Difference.objects.filter(law="subledger_is_gl").count() == 2


def test_a_law_broken_everywhere_keeps_a_bounded_number(loan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.close.differences.KEPT", 1)
    LoanBalance.objects.filter(pk=loan.pk).update(fees=D("0.01"), principal=D("1.00"))
    prove_books()
    assert Difference.objects.filter(law="subledger_is_gl").count() == 1


def test_every_law_is_explained_and_tried(loan: Any) -> None:
    assert set(LAWS) == set(Proof.Law.values)
    assert {law.proof for law in laws_now()} == {None}
    prove_books()
    assert {law.code: (law.holds, law.open) for law in laws_now()} == dict.fromkeys(LAWS, (True, 0))


def test_the_history_has_a_line_a_day(loan: Any) -> None:
    prove_books()
    night = start_night()
    assert work_night(Tenant.objects.get().pk, night.pk)
    (day,) = history(14)
    assert day.day == BUSINESS_DATE
    assert day.seal is not None
    assert [proof.law for proof in day.proofs if proof and proof.holds] == list(LAWS)


# --- pages ------------------------------------------------------------------------------------------------------------
def test_before_anything_was_proved_the_page_says_what_it_is_for(people: Any, client_of: Callable[[Any], Any]) -> None:
    page = words(client_of(people.auditor).get("/books/proof/"))
    assert "Nothing has been proved yet" in page
    assert "No difference waits" in page
    assert "No day is sealed yet" in page


def test_the_page_is_green_then_red_and_opens_to_the_difference(
    loan: Any, people: Any, client_of: Callable[[Any], Any]
) -> None:
    client = client_of(people.operations)
    page = client.post("/books/night/prove/", follow=True)
    assert "Every law that was tried holds" in words(page)
    assert [row[1] for row in table(page, "Laws of the books")[1:]] == ["Holds"] * 6
    LoanBalance.objects.filter(pk=loan.pk).update(fees=D("0.01"))
    page = client.post("/books/night/prove/", follow=True)
    assert "3 of 6 laws do not hold" in words(page)
    rows = table(page, "Differences to resolve")
    assert [row[0] for row in rows[1:]] == ["1220 Fees receivable", f"Loan {loan.number}", f"Loan {loan.number}, fees"]
    law = words(client.get("/books/proof/laws/subledger_is_gl/"))
    assert "1220 Fees receivable 0.01 0" in law
    assert "A loan's balance was moved without an entry" in law
    assert client.get("/books/proof/laws/hope/").status_code == 404


def test_operations_resolve_a_difference_and_others_look(
    broken: Any, people: Any, client_of: Callable[[Any], Any]
) -> None:
    found = Difference.objects.get(law="subledger_is_gl")
    address = f"/books/proof/differences/{found.pk}/"
    operations, auditor = client_of(people.operations), client_of(people.auditor)
    assert "Operations and administrators resolve differences." in words(auditor.get(address))
    assert auditor.post(address, {"act": "resolve", "note": "x"}).status_code == 403
    refused = operations.post(address, {"act": "resolve", "note": "x"})
    assert (refused.status_code, "The last proof still finds this difference" in words(refused)) == (422, True)
    stranger = operations.post(address, {"act": "assign", "owner": people.borrower.pk})
    assert (stranger.status_code, "Choose one of the people in the list." in words(stranger)) == (422, True)
    owned = operations.post(address, {"act": "assign", "owner": people.administrator.pk, "note": "Hers"}, follow=True)
    assert "Administrator looks after it." in words(owned)
    mend(broken)
    prove_books()
    # A colleague's page, opened before that note: theirs is shown, and sent again what was typed stands.
    for status, seen in ((422, ""), (302, "Hers")):
        answer = operations.post(address, {"act": "assign", "note": "Mine", "seen": seen})
        assert (answer.status_code, Difference.objects.get(pk=found.pk).note) == (
            status,
            "Hers" if status == 422 else "Mine",
        )
        assert status == 302 or "Since this page was opened the note became: “Hers”." in words(answer)
    missing = operations.post(address, {"act": "resolve", "note": "", "seen": "Mine"})
    assert missing.context["form"].errors["note"]
    assert "say what was wrong and what put it right" in words(missing)
    done = operations.post(address, {"act": "resolve", "note": "A test moved it.", "seen": "Mine"}, follow=True)
    assert "Resolved: 1220 Fees receivable." in words(done)
    assert "A test moved it." in words(auditor.get(address))


def test_a_large_book_is_replayed_by_a_worker(
    loan: Any, people: Any, client_of: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lending.views.night.REPLAYED_AT_ONCE", 0)
    page = words(client_of(people.auditor).post("/books/night/prove/", follow=True))
    assert "A worker replays each of 1 loans now" in page
    assert "Every other law of the books holds at this moment." in page
    assert not Proof.objects.filter(law="replay_is_ledger").exists()


def test_ten_differences_take_as_many_queries_as_one(broken: Any, people: Any, client_of: Callable[[Any], Any]) -> None:
    client = client_of(people.auditor)
    few = queries(client, "/books/proof/")
    found = Difference.objects.first()
    assert found is not None
    for number in range(10):
        found.pk, found.what = None, f"x{number}"
        found.save(force_insert=True)
    assert queries(client, "/books/proof/") == few
