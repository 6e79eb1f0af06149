"""The calculator for programs, its schema, and how the API says no."""

from typing import Any

import pytest

from finance.errors import Refused
from lending.api import refused

ADDRESS = "/api/v1/calculator/"
YEAR = {"amount": "10000.00", "term": 12, "rate": "12", "disbursed_on": "2008-12-31"}


def post(client: Any, **answers: Any) -> Any:
    return client.post(ADDRESS, YEAR | answers, content_type="application/json")


def test_a_loan_is_worked_out_for_anybody(stranger: Any) -> None:
    answer = post(stranger)
    assert answer.status_code == 200
    found = answer.json()
    schedule = found.pop("schedule")
    assert found == {
        "payment": "888.49", "payments": 12, "first_payment_on": "2009-01-31", "last_payment_on": "2009-12-31",
        "last_payment": "888.47", "total_interest": "661.86", "total_payments": "10661.86",
        "amount_financed": "10000.00", "finance_charge": "661.86", "apr": "12.00", "apr_exact": found["apr_exact"],
        "what_if": None, "derivation": None,
    }  # fmt: skip
    assert schedule[0] == {
        "number": 1, "date": "2009-01-31", "payment": "888.49", "interest": "100.00", "principal": "788.49",
        "balance": "9211.51",
    }  # fmt: skip
    assert len(schedule) == 12


def test_the_address_asks_the_same_as_json(stranger: Any) -> None:
    assert stranger.get(ADDRESS, YEAR | {"extra": "100"}).json() == post(stranger, extra="100").json()


def test_the_business_date_is_the_day_unless_one_is_said(stranger: Any) -> None:
    assert stranger.get(ADDRESS, {"amount": "100", "term": "1", "rate": "1"}).json()["first_payment_on"] == "2009-01-31"


def test_extra_payments_and_derivations_come_on_request(stranger: Any) -> None:
    found = post(stranger, extra="100.00", extra_once="2000.00", extra_once_on="2009-03-01", explain=True).json()
    assert {name: found["what_if"][name] for name in ("interest_saved", "payments_saved", "months_saved")} == {
        "interest_saved": "212.33", "payments_saved": 3, "months_saved": 3
    }  # fmt: skip
    assert found["what_if"]["schedule"][-1]["balance"] == "0.00"
    assert found["derivation"]["apr"]["label"] == "Annual percentage rate"
    assert found["derivation"]["payment"]["shown"] == "888.49"


@pytest.mark.parametrize(
    ("answers", "field", "sentence"),
    [
        ({"amount": 10000.5}, "amount", "Send this as text"),
        ({"amount": "x"}, "amount", "A valid number is required."),
        ({"amount": None}, "amount", "may not be null"),
        ({"rate": "1000.01"}, "rate", "1000"),
        ({"term": 0}, "term", "greater than or equal to 1"),
        ({"frequency": "hourly"}, "frequency", "not a valid choice"),
        ({"anount": "5"}, "anount", "There is no such field."),
        ({"term": 5, "frequency": "quarterly"}, "term", "not a whole number of payments"),
        ({"fee": "10000.00"}, "fee", "must be less than the amount"),
    ],
)
def test_what_is_wrong_names_its_field(stranger: Any, answers: Any, field: str, sentence: str) -> None:
    answer = post(stranger, **answers)
    assert answer.status_code == 400
    found = answer.json()
    assert found["code"] == "invalid"
    assert list(found["fields"]) == [field]
    assert sentence in found["fields"][field][0]


def test_what_is_not_json_is_said(stranger: Any) -> None:
    answer = stranger.post(ADDRESS, "{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    listed = stranger.post(ADDRESS, "[]", content_type="application/json")
    assert (listed.status_code, list(listed.json()["fields"])) == (400, [""])


def test_one_address_may_ask_sixty_times_a_minute(stranger: Any) -> None:
    ask = {"amount": "100", "term": "1", "rate": "1"}
    assert {stranger.get(ADDRESS, ask).status_code for _ in range(60)} == {200}
    late = stranger.get(ADDRESS, ask)
    assert (late.status_code, late.json()["code"]) == (429, "throttled")
    assert int(late["Retry-After"]) > 0


def test_a_refusal_is_409_with_its_code_and_sentence(tenant: Any) -> None:
    answer = refused(Refused("No."), {})
    assert answer is not None
    assert (answer.status_code, answer.data) == (409, {"code": "refused", "message": "No."})


def test_an_address_that_names_no_permission_is_closed() -> None:
    from rest_framework.settings import api_settings

    (default,) = api_settings.DEFAULT_PERMISSION_CLASSES
    assert default().has_permission(None, None) is False


def test_the_schema_and_the_reference_describe_it(stranger: Any) -> None:
    schema = stranger.get("/api/v1/schema/").json()
    loans = "/api/v1/loans/{number}/"
    assert set(schema["paths"]) == {ADDRESS, loans, loans + "explain/{what}/"}
    assert set(schema["paths"][ADDRESS]) == {"get", "post"}
    page = stranger.get("/api/v1/docs/")
    assert page.status_code == 200
    html = page.content.decode()
    for said in ("POST /api/v1/calculator/", "what_if.schedule[].balance", "extra_once_on", "semimonthly"):
        assert said in html
    assert "//cdn" not in html
