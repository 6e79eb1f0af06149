"""Fields that every form which moves money shares, and the forms of the acts on a loan."""

from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

from django import forms

from finance.allocation import ORDINARY, PARTS
from ledger.models import Loan, ProductVersion
from ledger.terms import in_words, purposes_of


class MoneyField(forms.DecimalField):
    """Dollars and cents above zero, as a person writes them: 312.4, 1,234.50 or $1,234.50."""

    widget = forms.TextInput
    default_error_messages = {
        "required": "Type an amount.",
        "invalid": "Type dollars and cents, such as 312.40.",
        "min_value": "Type more than zero.",
        "max_decimal_places": "Type at most two decimals: a cent is the smallest amount.",
        "max_digits": "That is more than the books can hold.",
        "max_whole_digits": "That is more than the books can hold.",
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", Decimal("0.01"))
        super().__init__(max_digits=18, decimal_places=2, **options)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # django-stubs: as IntegerField's
        if isinstance(value, str):
            value = value.strip().removeprefix("$").replace(",", "")
        return super().to_python(value)


class RateField(forms.DecimalField):
    """Percent a year from 0 to `most`, as a person writes it: 7.25 or 7.25 %."""

    widget = forms.TextInput
    default_error_messages = {
        "required": "Type a rate.",
        "invalid": "Type percent a year, such as 7.25.",
        "max_decimal_places": "Type at most six decimals.",
    }

    def __init__(self, *, most: Decimal = Decimal(100), **options: Any) -> None:
        outside = f"Type a rate from 0 to {most:,} percent a year."
        super().__init__(
            min_value=Decimal(0),
            max_value=most,
            decimal_places=6,
            error_messages={"min_value": outside, "max_value": outside},
            **options,
        )

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # django-stubs: as IntegerField's
        if isinstance(value, str):
            value = value.strip().removesuffix("%")
        return super().to_python(value)


class OnceForm(forms.Form):
    """Something that happens once, however often it is sent: `key` names it."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    effective_on = forms.DateField(
        label="Effective on",
        help_text="An earlier day is allowed: the loan is worked out anew from it.",
        error_messages={"required": "Choose the day from which it counts.", "invalid": "Choose a day of the calendar."},
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        options["initial"] = {"effective_on": today} | options.get("initial", {})
        super().__init__(*args, **options)
        self.fields["effective_on"].widget.attrs["max"] = today.isoformat()
        if not self.is_bound:
            next(iter(self.visible_fields())).field.widget.attrs["autofocus"] = True


class ActForm(OnceForm):
    """An act on `loan`."""

    def __init__(self, *args: Any, loan: Loan, **options: Any) -> None:
        self.loan = loan
        super().__init__(*args, **options)


class PaymentForm(ActForm):
    """`loan`: its own ways of allocating a payment are among the choices."""

    amount = MoneyField()
    purpose = forms.ChoiceField(
        required=False,
        label="How it is allocated",
        help_text="Principal only leaves fees and interest owed, and meets no instalment.",
        error_messages={"invalid_choice": "Choose one of the ways this loan has."},
    )
    field_order = ("amount", "effective_on", "purpose")

    def __init__(self, *args: Any, loan: Loan, **options: Any) -> None:
        super().__init__(*args, loan=loan, **options)
        choices = [(purpose, in_words(purpose)) for purpose in purposes_of(loan)]
        self.fields["purpose"].choices = choices  # type: ignore[attr-defined]

    def clean_purpose(self) -> str:
        return self.cleaned_data["purpose"] or ORDINARY


class AllocationForm(forms.Form):
    """An amount, and a hierarchy to try beside those that the loan has."""

    amount = MoneyField()
    order = forms.ChoiceField(
        required=False,
        label="Try an order",
        choices=[("", "None"), *((",".join(row), ", ".join(row).capitalize()) for row in permutations(PARTS))],
        error_messages={"invalid_choice": "Choose one of the orders listed."},
    )
    by = forms.ChoiceField(
        required=False,
        label="Going",
        choices=[
            ("component", "By component: all interest, then all principal"),
            ("instalment", "By instalment: the oldest whole, then the next"),
        ],
        error_messages={"invalid_choice": "Choose one of the two ways."},
    )
    reach = forms.ChoiceField(
        required=False,
        label="As far as",
        choices=[("everything", "Everything owed"), ("due", "What is due, and hold the rest")],
        error_messages={"invalid_choice": "Choose one of the two."},
    )


class RecoveryForm(ActForm):
    amount = MoneyField()
    field_order = ("amount", "effective_on")


class FeeForm(ActForm):
    amount = MoneyField()
    reason = forms.CharField(
        max_length=200, help_text="The borrower can read it.", error_messages={"required": "Say why."}
    )
    field_order = ("amount", "reason", "effective_on")


class ChargeOffForm(ActForm):
    reason = forms.CharField(max_length=200, label="Why it will not be repaid", error_messages={"required": "Say why."})
    field_order = ("reason", "effective_on")


class RateForm(ActForm):
    rate = RateField(label="New rate", help_text="Percent a year.")
    reason = forms.CharField(max_length=200, label="Why it changes", error_messages={"required": "Say why."})
    field_order = ("rate", "reason", "effective_on")


class TermsForm(ActForm):
    """Other terms from a day on; what changes is in the fields of each kind."""

    reason = forms.CharField(
        max_length=200,
        label="Why they change",
        help_text="Name the agreement with the borrower.",
        error_messages={"required": "Say why."},
    )


class RecastForm(TermsForm):
    field_order = ("reason", "effective_on")


def count_field(label: str, help_text: str, *, most: int = 600, least: int = 1, **options: Any) -> forms.IntegerField:
    """A whole number of instalments, or a day of the month."""
    sentence = f"Type a whole number from {least} to {most:,}."
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), sentence)
    widget = forms.TextInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(
        label=label,
        help_text=help_text,
        min_value=least,
        max_value=most,
        error_messages=messages,
        widget=widget,
        **options,
    )


class ExtendForm(TermsForm):
    count = count_field("Instalments to add", "At the end; the payment is solved anew for all that are to come.")
    field_order = ("count", "reason", "effective_on")


class DeferForm(TermsForm):
    count = count_field("Instalments to skip", "All that are to come move so many places later. Interest runs on.")
    field_order = ("count", "reason", "effective_on")


class ReAgeForm(TermsForm):
    extra = count_field(
        "Instalments to add at the end",
        "Left empty: as many as are unmet. 0: the last instalment takes all of it.",
        least=0,
        required=False,
    )
    field_order = ("extra", "reason", "effective_on")


class DueDayForm(TermsForm):
    day = count_field("New due day", "Of the month; 31 is its last day. No instalment moves earlier.", most=31)
    field_order = ("day", "reason", "effective_on")


class ReAmortiseForm(TermsForm):
    count = count_field("Instalments", "Left empty: the due dates to come are kept.", required=False)
    field_order = ("count", "reason", "effective_on")


class RateAndPaymentForm(TermsForm):
    rate = RateField(label="New rate", help_text="Percent a year. The payment is solved anew on the same dates.")
    field_order = ("rate", "reason", "effective_on")


class RestructureForm(TermsForm):
    CHOICES = (
        ("carry", "Carry: it stays owed"),
        ("capitalise", "Capitalise: it becomes principal"),
        ("waive", "Waive: it is forgiven"),
    )
    interest = forms.ChoiceField(label="Interest owed", choices=CHOICES)
    fees = forms.ChoiceField(label="Fees owed", choices=CHOICES)
    rate = RateField(label="New rate", help_text="Percent a year. Left empty: it stays.", required=False)
    count = count_field("Instalments", "Left empty: the due dates to come are kept.", required=False)
    field_order = ("interest", "fees", "rate", "count", "reason", "effective_on")


class TransferForm(TermsForm):
    product_version = forms.ModelChoiceField(
        queryset=ProductVersion.objects.none(),
        label="New product",
        empty_label="Choose a product",
        help_text="Its day count, allocation and late fees hold from the day on; instalments and rate stay.",
        error_messages={"required": "Choose a product.", "invalid_choice": "Choose one of the products in the list."},
    )
    field_order = ("product_version", "reason", "effective_on")

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, today=today, **options)
        in_force = ProductVersion.objects.filter(approved_by__isnull=False, effective_from__lte=today)
        newest = in_force.select_related("product").order_by("product", "-number").distinct("product")
        self.fields["product_version"].queryset = newest  # type: ignore[attr-defined]


# Why a payment comes back: the return codes of the ACH network that a bank sends, and mistakes of our own.
RETURNS = {
    "R01": "Insufficient funds",
    "R02": "Account closed",
    "R03": "No account, or account cannot be located",
    "R04": "Invalid account number",
    "R05": "Consumer account debited as a company's, not authorized",
    "R06": "Returned at the request of the originating bank",
    "R07": "Authorization revoked by the customer",
    "R08": "Payment stopped",
    "R09": "Uncollected funds",
    "R10": "Customer says it was not authorized",
}
MISTAKES = ["Wrong amount", "Wrong loan", "Wrong day", "Entered twice", "Should not have been entered"]


class ReversalForm(forms.Form):
    """Why something is taken back. `seen` is the loan's last event that the person was shown."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(label="Why it is taken back", error_messages={"required": "Choose a reason."})
    remark = forms.CharField(
        max_length=120, required=False, help_text="What somebody who reads this in a year should know."
    )

    def __init__(self, *args: Any, cash: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        mistakes = [(words, words) for words in MISTAKES]
        returned = [(f"{code} {words}", f"{code} {words}") for code, words in RETURNS.items()]
        choices = [("Returned by the bank", returned), ("A mistake of ours", mistakes)] if cash else mistakes
        self.fields["reason"].choices = [("", "Choose a reason"), *choices]  # type: ignore[attr-defined]

    @property
    def words(self) -> str:
        """The reason as the event keeps it."""
        reason, remark = self.cleaned_data["reason"], self.cleaned_data["remark"]
        return f"{reason}. {remark}" if remark else str(reason)


class TwoDatesForm(forms.Form):
    """The day a page shows, and the day on which that was known. Neither may lie after today."""

    as_of = forms.DateField(required=False, label="Effective on")
    known_on = forms.DateField(required=False, label="As known on")

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        for field in self.fields.values():
            field.widget.attrs["max"] = today.isoformat()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in ("as_of", "known_on"):
            if (on := given.get(name)) and on > self.today:
                self.add_error(name, f"This day has not come: choose {self.today:%-d %b %Y} or an earlier one.")
        return given

    @property
    def shown(self) -> tuple[date, date | None]:
        """(as_of, known_on) to show: what is wrong is left out, and what was known is shown as of then."""
        given = self.cleaned_data if self.is_valid() else {}
        known_on = given.get("known_on")
        return given.get("as_of") or known_on or self.today, known_on if known_on != self.today else None
