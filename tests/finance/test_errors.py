import pickle

from finance.errors import BadInput, Refused


class TooLate(Refused):
    code, message = "too_late", "Loan {number} was paid off on {paid_off_on}: it takes no payments."


def test_a_refusal_is_a_sentence_with_its_facts():
    refusal = TooLate(number="L-7", paid_off_on="2024-03-01")
    assert str(refusal) == "Loan L-7 was paid off on 2024-03-01: it takes no payments."
    assert (refusal.code, refusal.facts) == ("too_late", {"number": "L-7", "paid_off_on": "2024-03-01"})


def test_a_refusal_without_facts_says_its_message():
    assert str(Refused()) == "This cannot be done."


def test_refusals_survive_the_way_back_from_a_worker():
    for refusal in (
        TooLate(number="{L}", paid_off_on="x"),
        BadInput(field="n", value=0, allowed="1 or more"),
        Refused(),
    ):
        returned = pickle.loads(pickle.dumps(refusal))
        assert type(returned) is type(refusal)
        assert (str(returned), returned.code, returned.facts) == (str(refusal), refusal.code, refusal.facts)


def test_a_bad_input_names_the_field_and_what_is_allowed():
    refusal = BadInput(field="grace.n", value="3", allowed="a whole number from 0 to 11")
    assert str(refusal) == 'grace.n cannot be "3": it must be a whole number from 0 to 11.'
    assert (refusal.code, refusal.field) == ("bad_input", "grace.n")


def test_a_bad_input_shows_a_missing_value_as_empty_and_cuts_a_long_one():
    assert str(BadInput(field="rate", value=None, allowed="given")) == "rate cannot be empty: it must be given."
    assert str(BadInput(field="n", value=True, allowed="given")) == "n cannot be true: it must be given."
    assert str(BadInput(field="n", value="1\n2", allowed="given")) == 'n cannot be "1\\n2": it must be given.'
    shown = str(BadInput(field="rate", value="9" * 5000, allowed="a percentage"))
    assert shown == 'rate cannot be "' + "9" * 56 + "...: it must be a percentage."
