"""Which day a payoff letter is for."""

from datetime import date, timedelta
from typing import Any

from django import forms

from servicing.payoffs.letter import LONGEST_DAYS, USUAL_DAYS, window
from servicing.words import day


class LetterForm(forms.Form):
    """good_through: the last day on which the letter's amount may arrive.

    asked: the question as it is put to whoever asks for the letter, the borrower or staff.
    """

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    good_through = forms.DateField(
        help_text=f"Today, or a day in the next {LONGEST_DAYS} days.",
        error_messages={"required": "Choose a day.", "invalid": "Type a day, such as 2009-01-10."},
    )

    def __init__(self, *args: Any, today: date, asked: str, **options: Any) -> None:
        options["initial"] = {"good_through": today + timedelta(USUAL_DAYS)} | options.get("initial", {})
        super().__init__(*args, **options)
        self.fields["good_through"].label = asked
        self.window = window(today)
        first, last = self.window
        self.fields["good_through"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def clean_good_through(self) -> date:
        chosen: date = self.cleaned_data["good_through"]
        first, last = self.window
        if not first <= chosen <= last:
            raise forms.ValidationError(f"Choose a day from {day(first)} to {day(last)}.")
        return chosen

    @property
    def chosen(self) -> date | None:
        """The day that the form names at this moment; None while it names none."""
        if not self.is_bound:
            started: date = self.initial["good_through"]
            return started
        return None if "good_through" in self.errors else self.cleaned_data["good_through"]
