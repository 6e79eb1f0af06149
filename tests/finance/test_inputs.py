from datetime import date

import pytest

from finance.errors import BadInput
from finance.inputs import parse_choice, parse_count, parse_date, parse_flag, parse_list, parse_object


def test_an_object_has_its_required_fields_and_none_that_is_unknown():
    given = {"a": 1, "b": None, "c": 0}
    assert parse_object(given, "x", required=("a",), optional=("b", "c")) == {"a": 1, "c": 0}
    with pytest.raises(BadInput, match=r"^x\.c cannot be 0: it must be left out: the fields are a, b\.$"):
        parse_object(given, "x", required=("a",), optional=("b",))
    with pytest.raises(BadInput, match=r"^x\.b cannot be empty: it must be given\.$"):
        parse_object(given, "x", required=("a", "b", "c"))


@pytest.mark.parametrize("given", [None, [], "text", 3])
def test_only_an_object_is_an_object(given):
    with pytest.raises(BadInput, match=r"^input cannot be .*: it must be an object with named fields"):
        parse_object(given, "", required=())


def test_a_date_is_a_day_of_the_calendar():
    assert parse_date("2024-02-29", "d") == date(2024, 2, 29)
    for wrong in ("2023-02-29", "20240229", "2024-2-9", "2024-02-29T00:00", "", None, 20240229, "0000-01-01"):
        with pytest.raises(BadInput, match=r"^d cannot be .*: it must be a date of the calendar as text"):
            parse_date(wrong, "d")


def test_a_count_is_a_whole_number_in_its_range():
    assert parse_count(12, "n", least=1, most=12) == 12
    for wrong in (0, 13, 1.0, "1", True, None):
        with pytest.raises(BadInput, match=r"^n cannot be .*: it must be a whole number from 1 to 12"):
            parse_count(wrong, "n", least=1, most=12)


def test_a_choice_is_one_of_the_words_as_written():
    assert parse_choice("level", "method", ("level", "bullet")) == "level"
    for wrong in ("Level", "annuity", None, 1, ["level"]):
        with pytest.raises(BadInput, match=r"^method cannot be .*: it must be one of level, bullet"):
            parse_choice(wrong, "method", ("level", "bullet"))


def test_a_flag_is_true_or_false():
    assert parse_flag(False, "month_end") is False
    for wrong in (0, "true", None):
        with pytest.raises(BadInput, match=r"^month_end cannot be .*: it must be true or false"):
            parse_flag(wrong, "month_end")


def test_a_list_has_its_least_length():
    assert parse_list([1], "payments", least=1) == [1]
    with pytest.raises(BadInput, match=r"^payments cannot be .*: it must be a list of at least 1"):
        parse_list([], "payments", least=1)
    with pytest.raises(BadInput, match=r"^payments cannot be .*: it must be a list"):
        parse_list({"a": 1}, "payments")
