"""Forms of the rarer acts on a loan: held money, escrow, capitalisation, non-accrual, draws, write-off and sale."""

from django import forms

from ledger.forms import ActForm, MoneyField

SAY_WHY = {"required": "Say why."}


def cut_off() -> forms.DateField:
    """The day at whose end a loan changes hands."""
    return forms.DateField(
        label="Cut-off",
        help_text="The loan changes hands at the end of this day.",
        error_messages={"required": "Choose the last day of the owner before.", "invalid": "Choose a day."},
    )


class PayoffForm(ActForm):
    amount = MoneyField(help_text="Exactly what leaves nothing owed on that day.")
    quoted_on = forms.DateField(
        required=False,
        label="Quoted on",
        help_text="If it was told to the borrower earlier: what changed it since is then named.",
        error_messages={"invalid": "Choose a day of the calendar."},
    )
    field_order = ("amount", "effective_on", "quoted_on")


class AmountForm(ActForm):
    amount = MoneyField()
    field_order = ("amount", "effective_on")


class RefundForm(ActForm):
    amount = MoneyField()
    reason = forms.CharField(max_length=200, label="How it is paid back", error_messages=SAY_WHY)
    field_order = ("amount", "reason", "effective_on")


class EscrowOutForm(ActForm):
    amount = MoneyField()
    reason = forms.CharField(
        max_length=200, label="To whom and what for", error_messages={"required": "Say to whom it is paid."}
    )
    field_order = ("amount", "reason", "effective_on")


class CapitaliseForm(ActForm):
    part = forms.ChoiceField(label="What", choices=[("interest", "Interest owed"), ("fees", "Fees owed")])
    amount = MoneyField(required=False, help_text="Leave it empty for all that is owed on that day.")
    reason = forms.CharField(
        max_length=200,
        label="Clause of the agreement",
        error_messages={"required": "Name the clause that lets it be capitalised."},
    )
    field_order = ("part", "amount", "reason", "effective_on")


class ReasonForm(ActForm):
    reason = forms.CharField(max_length=200, label="Why", error_messages=SAY_WHY)
    field_order = ("reason", "effective_on")


class DrawForm(ActForm):
    amount = MoneyField()
    reason = forms.CharField(max_length=200, label="What it is for", error_messages={"required": "Say what it is for."})
    field_order = ("amount", "reason", "effective_on")


class SaleForm(ActForm):
    amount = MoneyField(label="Proceeds", help_text="What the buyer pays for the loan.")
    reason = forms.CharField(
        max_length=200,
        label="To whom, under which agreement",
        error_messages={"required": "Name the buyer and the agreement."},
    )
    effective_on = cut_off()
    field_order = ("amount", "reason", "effective_on")


class BuyBackForm(ActForm):
    amount = MoneyField(label="Price", help_text="What is paid to have the loan back.")
    reason = forms.CharField(
        max_length=200,
        label="From whom, under which agreement",
        error_messages={"required": "Name the seller and the agreement."},
    )
    effective_on = cut_off()
    field_order = ("amount", "reason", "effective_on")
