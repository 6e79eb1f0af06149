"""The calculator's questions: all of them for staff, the plain ones for everybody."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms

from finance.money import ZERO
from ledger.forms import MoneyField, RateField
from origination.calculator.question import (
    ADJUSTMENT_WORDS,
    DAY_COUNT_WORDS,
    FREQUENCY_WORDS,
    METHODS,
    MOST_PAYMENTS,
    MOST_RATE,
    ROUNDING_WORDS,
    TERM_UNITS,
    UNIT_WORDS,
    CannotCalculate,
    Question,
)
from origination.calculator.quote import Quote, quote
from origination.forms import AnswerForm

# What stands in the fields before anybody has typed, and for whatever an address leaves out.
EXAMPLE = {"amount": "10000.00", "term": "36", "term_unit": "months", "rate": "9.5", "frequency": "monthly"}
USUAL = {"method": "level", "day_count": "periods", "rounding": "nearest", "payment_unit": "0.01"}


class LoanQuestionForm(AnswerForm):
    """A loan to work out. Valid, it has the `quote`; an address that leaves an answer out means the usual one."""

    use_required_attribute = False  # the server says it, in our words

    amount = MoneyField(label="Amount")
    term = forms.IntegerField(
        label="Term",
        min_value=1,
        max_value=MOST_PAYMENTS,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "invalid": "Type a whole number, such as 36.",
            "min_value": "Type 1 or more.",
            "max_value": f"Type {MOST_PAYMENTS:,} or less.",
        },
    )
    term_unit = forms.ChoiceField(label="Counted in", choices=TERM_UNITS)
    rate = RateField(label="Rate a year", most=MOST_RATE)
    frequency = forms.ChoiceField(label="Payments", choices=FREQUENCY_WORDS)
    disbursed_on = forms.DateField(label="Paid out on")
    first_due_on = forms.DateField(label="First payment due", required=False)
    extra = MoneyField(label="On top of each payment", required=False, min_value=ZERO)
    extra_once = MoneyField(label="Once", required=False, min_value=ZERO)
    extra_once_on = forms.DateField(label="Once, on", required=False)

    def __init__(self, answers: Mapping[str, str], *, today: date) -> None:
        """answers: those of an address. today: the business date, on which money is paid out unless they say."""
        usual = EXAMPLE | USUAL | {"disbursed_on": today.isoformat(), "business_days": "none"}
        data = {name: usual[name] for name in self.base_fields if name in usual}
        super().__init__(data | {name: answers[name] for name in self.base_fields if name in answers})
        self.quote: Quote | None = None
        for field in self.fields.values():
            if isinstance(field, forms.DateField):
                field.error_messages["invalid"] = "Type a day of the calendar, such as 2009-01-31."

    @property
    def address(self) -> str:
        """The query string that asks the same again, with every answer."""
        return urlencode({name: value for name, value in self.data.items() if value != ""})

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.errors:
            try:
                self.quote = quote(
                    Question(**{name: value for name, value in given.items() if value not in (None, "")})
                )
            except CannotCalculate as refusal:
                self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
        return given


class CalculatorForm(LoanQuestionForm):
    """For staff: with how interest is counted, how payments are rounded, and the fee that an APR takes in."""

    method = forms.ChoiceField(label="Method", choices=METHODS)
    balloon = MoneyField(label="Balloon", required=False, min_value=ZERO)
    day_count = forms.ChoiceField(label="Day count", choices=DAY_COUNT_WORDS)
    rounding = forms.ChoiceField(label="Round the payment", choices=ROUNDING_WORDS)
    payment_unit = forms.TypedChoiceField(label="Unit", choices=UNIT_WORDS, coerce=Decimal)
    fee = MoneyField(label="Prepaid finance charge", required=False, min_value=ZERO)
    business_days = forms.ChoiceField(label="On a closed day", choices=ADJUSTMENT_WORDS)


class PublicCalculatorForm(LoanQuestionForm):
    """For everybody, in plain words. The day of the money is kept, so that a link says the same tomorrow."""

    disbursed_on = forms.DateField(widget=forms.HiddenInput)

    def __init__(self, answers: Mapping[str, str], *, today: date) -> None:
        super().__init__(answers, today=today)
        words = {
            "amount": "How much do you want to borrow?",
            "term": "For how long?",
            "rate": "Interest rate a year",
            "frequency": "How often do you want to pay?",
            "first_due_on": "Day of your first payment",
            "extra": "Extra with each payment",
            "extra_once": "One extra payment",
            "extra_once_on": "Day of that payment",
        }
        for name, label in words.items():
            self.fields[name].label = label
