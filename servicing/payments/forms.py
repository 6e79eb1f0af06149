"""How much the borrower pays."""

from decimal import Decimal
from typing import Any

from django import forms

from ledger.forms import MoneyField

DUE, EVERYTHING, OTHER = "due", "all", "other"


class PayForm(forms.Form):
    """due and everything: dollars; due is None when nothing has to be paid yet.

    shown: the amount whose way the borrower was last shown; nothing else is ever paid.
    """

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    choice = forms.ChoiceField(label="How much", widget=forms.RadioSelect)
    other = MoneyField(required=False, label="Another amount", help_text="Only if you chose another amount.")
    shown = forms.DecimalField(required=False, max_digits=18, decimal_places=2)

    def __init__(self, *args: Any, due: Decimal | None, everything: Decimal, **options: Any) -> None:
        choices = [(DUE, f"What is due: ${due:,.2f}")] if due is not None and due != everything else []
        choices += [(EVERYTHING, f"All that you owe: ${everything:,.2f}"), (OTHER, "Another amount")]
        options["initial"] = {"choice": choices[0][0]} | options.get("initial", {})
        super().__init__(*args, **options)
        self.due, self.everything = due, everything
        self.fields["choice"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        other = given.get("other")
        if given.get("choice") == OTHER and "other" not in self.errors:
            if other is None:
                self.add_error("other", "Type how much you want to pay.")
            elif other > self.everything:
                self.add_error("other", f"You owe ${self.everything:,.2f} in all. Choose that or less.")
        return given

    @property
    def amount(self) -> Decimal:
        """What a valid form pays."""
        given = self.cleaned_data
        amounts = {DUE: self.due, EVERYTHING: self.everything, OTHER: given["other"]}
        chosen: Decimal = amounts[given["choice"]]
        return chosen
