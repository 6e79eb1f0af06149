"""Names for borrowers whose tape leaves them out."""

import pytest

from parties.generated_names import business_name


def test_a_loan_always_has_the_same_name() -> None:
    assert business_name("1004285007", "532420") == business_name("1004285007", "532420")
    assert business_name("1004285007", "532420") != business_name("1004535010", "532420")


@pytest.mark.parametrize(
    ("industry_code", "trades"),
    [
        ("531320", {"Appraisal Services", "Property Appraisers", "Valuation"}),
        ("531130", {"Self Storage", "Mini Storage"}),
        ("531190", {"Property Leasing", "Self Storage", "Commercial Buildings", "Apartments"}),
        ("539999", {"Rentals", "Leasing"}),
        ("722511", {"Services", "Trading", "Enterprises"}),
        ("", {"Services", "Trading", "Enterprises"}),
    ],
)
def test_the_trade_fits_the_industry(industry_code: str, trades: set[str]) -> None:
    names = [business_name(str(number), industry_code).split(" ", 1)[1] for number in range(200)]
    assert {name.rpartition(" ")[0] for name in names} == trades


def test_names_are_rarely_shared() -> None:
    names = {business_name(str(number), "531210") for number in range(2000)}
    assert len(names) > 1900
