"""What the database keeps true even where the operations are walked around."""

from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from origination.models import Agreement, Application, ApplicationEvent, Offer, Signature
from tests.origination.conftest import Desk


def update(application: Application, **columns: Any) -> None:
    """Past the operations and past the protected state."""
    with transaction.atomic():
        Application.objects.filter(pk=application.pk).update(**columns)


def test_the_releaser_is_neither_the_decider_nor_the_signer(desk: Desk, people: Any) -> None:
    application = desk.at("funded")
    for released_by in (people.underwriter, people.borrower):
        with pytest.raises(IntegrityError, match="application_four_eyes"):
            update(application, released_by=released_by)
    update(application, released_by=people.portfolio_manager)


def test_the_decider_is_not_the_applicant(desk: Desk, people: Any) -> None:
    with pytest.raises(IntegrityError, match="application_not_decided_by_applicant"):
        update(desk.at("declined"), decided_by=people.borrower)


@pytest.mark.parametrize(
    ("state", "columns", "constraint"),
    [
        ("in_review", {"state": "lost"}, "application_state_known"),
        ("draft", {"kind": "trust"}, "application_kind_known"),
        ("draft", {"amount": 0}, "application_amount"),
        ("draft", {"months": 0}, "application_months"),
        ("draft", {"state": "submitted"}, "application_complete_when_sent"),
        ("in_review", {"state": "declined", "decline_reason": "bankruptcy"}, "application_decided_by_somebody"),
        ("declined", {"decline_reason": ""}, "application_declined_for_a_reason"),
        ("declined", {"decline_reason": "a hunch"}, "application_reason_known"),
        ("in_review", {"decline_reason": "bankruptcy"}, "application_declined_for_a_reason"),
        ("approved", {"offer": None}, "application_offer_when_approved"),
        ("approved", {"state": "accepted"}, "application_signed_when_accepted"),
        ("accepted", {"state": "funded"}, "application_loan_when_funded"),
        ("funded", {"loan": None}, "application_loan_when_funded"),
    ],
)
def test_a_row_is_whole_in_every_state(desk: Desk, state: str, columns: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        update(desk.at(state), **columns)


def test_an_applicant_has_one_draft(desk: Desk, people: Any) -> None:
    draft = desk.draft()
    with pytest.raises(IntegrityError, match="application_one_draft"), transaction.atomic():
        Application.objects.create(
            number="A-2", legal_entity=desk.company, applicant=people.borrower, state_since=draft.state_since
        )


@pytest.mark.parametrize("columns", [{"amount": 13000}, {"name": "Another"}, {"purpose": "Another"}, {"months": 13}])
def test_what_was_stated_stays_as_it_was_sent(desk: Desk, columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="what it states stays as it is"):
        update(desk.at("submitted"), **columns)


@pytest.mark.parametrize("model", [Offer, Agreement, Signature, ApplicationEvent])
def test_evidence_is_append_only_in_rights(desk: Desk, model: Any) -> None:
    desk.at("accepted")
    column = model._meta.pk.column
    for statement in (f"UPDATE {model._meta.db_table} SET {column} = {column}", f"DELETE FROM {model._meta.db_table}"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


@pytest.mark.parametrize("table", ["offer", "agreement", "signature", "applicationevent"])
def test_evidence_is_append_only_by_trigger_too(tenant: Any, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = 'append_only'",
            [f"origination_{table}"],
        )
        (definition,) = cursor.fetchone()
    assert "BEFORE DELETE OR UPDATE OR TRUNCATE" in definition
    assert definition.endswith("FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()")


def test_an_agreement_is_kept_with_its_own_digest_only(desk: Desk) -> None:
    desk.at("approved")
    offer = Offer.objects.get()
    offer.pk, offer.number, offer._state.adding = None, 2, True
    offer.save()
    with pytest.raises(IntegrityError, match="agreement_text_is_its_digest"), transaction.atomic():
        Agreement.objects.create(offer=offer, html="<p>Pay me.</p>", sha256="0" * 64)


def test_a_signature_stands_under_the_text_of_its_offer_only(desk: Desk, people: Any) -> None:
    application = desk.at("approved")
    with pytest.raises(IntegrityError, match="the signed text is not the agreement"), transaction.atomic():
        Signature.objects.create(
            offer=application.offer,
            signed_by=people.borrower,
            typed_name="Borrower",
            consent="Yes.",
            document_sha256="0" * 64,
            signed_on=application.state_since,
        )


def test_another_lender_sees_none_of_it(desk: Desk) -> None:
    desk.at("accepted")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant', '0', true)")
        for model in (Application, ApplicationEvent, Offer, Agreement, Signature):
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
            assert cursor.fetchone() == (0,), model
        cursor.execute("SELECT set_config('app.tenant', %s, true)", [str(desk.company.tenant_id)])
    assert Application.objects.count() == 1
