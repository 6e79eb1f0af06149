"""What people type: the applicant's three steps and signature, the underwriter's decision."""

import csv
from pathlib import Path
from typing import Any

from django import forms

from finance.errors import Refused
from ledger.models import ProductVersion
from ledger.terms import ProductTerms
from origination.agreement import CONSENT
from origination.errors import NotOffered
from origination.identifiers import KIND_OF, identifier_digits
from origination.pricing import require_offered
from origination.reasons import DECLINE_REASONS
from parties.models import Identifier, Party

with (Path(__file__).with_name("data") / "us_states.csv").open(newline="") as file:
    US_STATES = [(row["code"], row["name"]) for row in csv.DictReader(file)]


WHOLE = {"invalid": "Type a whole number, such as 12."}


class DollarsField(forms.DecimalField):
    """Money as people write it: 12000, 12,000 or $12,000.00."""

    default_error_messages = {
        "invalid": "Type dollars and cents, such as 12,000.00.",
        "max_decimal_places": "Type at most two decimals: a cent is the smallest amount.",
        "max_digits": "That is more than the books can hold.",
        "max_whole_digits": "That is more than the books can hold.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, widget=forms.TextInput(), **options)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().removeprefix("$").replace(",", "").replace(" ", "")
        return super().to_python(value)


class AnswerForm(forms.Form):
    """A form that says what to do about an empty answer."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            choice = isinstance(field, forms.ChoiceField)
            field.error_messages["required"] = "Choose one." if choice else "Fill this in."


class KeyedForm(AnswerForm):
    """A form that does something once: its hidden key makes sending it twice the same act."""

    key = forms.CharField(max_length=80, widget=forms.HiddenInput)


# --- the applicant --------------------------------------------------------------------------------------------------
class YouForm(AnswerForm):
    """Who is borrowing, and how to reach them."""

    kind = forms.ChoiceField(
        label="Who is borrowing?",
        choices=[("person", "I am, myself"), ("company", "A company that I act for")],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label="Legal name", max_length=160, help_text="As on the tax return: your own, or the company's."
    )
    phone = forms.RegexField(
        r"^\+?[0-9][0-9 ().\-]{8,18}[0-9]$",
        label="Phone number",
        error_messages={"invalid": "A phone number has ten digits or more, such as 212-555-0142."},
    )
    street = forms.CharField(label="Street and number", max_length=160)
    city = forms.CharField(label="City", max_length=80)
    us_state = forms.ChoiceField(label="State", choices=[("", "Choose a state"), *US_STATES])
    postal_code = forms.RegexField(
        r"^[0-9]{5}(-[0-9]{4})?$",
        label="ZIP code",
        error_messages={"invalid": "A ZIP code has five digits, such as 10001, or nine, such as 10001-1234."},
    )

    def __init__(self, *args: Any, settled: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if settled:
            for name in ("kind", "name"):
                self.fields[name].disabled = True
            self.fields["name"].help_text = "As we know it already. Write to us if it has changed."
        for name, purpose in {"phone": "tel", "street": "street-address", "city": "address-level2"}.items():
            self.fields[name].widget.attrs["autocomplete"] = purpose
        self.fields["postal_code"].widget.attrs["autocomplete"] = "postal-code"


class BusinessForm(AnswerForm):
    """The business, or the person's own means. `identifier` is asked unless others rely on the known one already."""

    annual_income = DollarsField(min_value=0, label="Income a year")
    years_established = forms.IntegerField(min_value=0, max_value=200, label="Years", error_messages=WHOLE)
    identifier = forms.CharField(max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    field_order = ("identifier", "annual_income", "years_established")

    def __init__(self, *args: Any, party: Party, known: Identifier | None, settled: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = KIND_OF[party.kind]
        company = party.kind == Party.Kind.COMPANY
        income, years, number = (self.fields[name] for name in ("annual_income", "years_established", "identifier"))
        income.label = "Revenue of the last twelve months" if company else "Income of the last twelve months"
        years.label = "Years in business" if company else "Years in your present work"
        years.help_text = "Whole years; 0 if less than one."
        number.label = "Employer identification number (EIN)" if company else "Social security number (SSN)"
        number.help_text = "Nine digits. We keep it encrypted, and show no more than the last four."
        if known:
            number.required = False
            number.help_text = f"We have the one ending in {known.last_four}. Leave this empty to keep it."
        if known and settled:
            del self.fields["identifier"]

    def clean_identifier(self) -> str:
        typed = self.cleaned_data["identifier"]
        if not typed:
            return ""
        try:
            return identifier_digits(self.kind, typed)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal


class LoanForm(AnswerForm):
    """What the applicant needs. The product, in the version on offer today, is asked only where there are several."""

    product_version = forms.TypedChoiceField(label="Kind of loan", coerce=int)
    amount = DollarsField(label="How much do you need?")
    months = forms.IntegerField(label="Over how many months?", error_messages=WHOLE)
    purpose = forms.CharField(
        label="What is the money for?", max_length=200, help_text="In your own words, such as: a second delivery van."
    )

    def __init__(self, *args: Any, versions: list[ProductVersion], **options: Any) -> None:
        super().__init__(*args, **options)
        self.versions = {version.pk: version for version in versions}
        product = self.fields["product_version"]
        product.choices = [(version.pk, version.product.name) for version in versions]  # type: ignore[attr-defined]
        known: ProductVersion | None = self.initial.get("product_version")
        same = [version for version in versions if known and version.product_id == known.product_id]
        self.initial["product_version"] = (same or versions)[0].pk
        if len(versions) == 1:
            product.widget = forms.HiddenInput()
            terms = ProductTerms.of(versions[0])
            self.fields["amount"].help_text = f"From ${terms.min_amount:,.0f} to ${terms.max_amount:,.0f}."
            self.fields["months"].help_text = f"From {terms.min_months} to {terms.max_months}."

    def clean_product_version(self) -> ProductVersion:
        return self.versions[self.cleaned_data["product_version"]]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        version, amount, months = (given.get(name) for name in ("product_version", "amount", "months"))
        if version is None or amount is None or months is None:
            return given
        try:
            require_offered(ProductTerms.of(version), amount=amount, months=months, product=version.product.name)
        except NotOffered as refusal:
            self.add_error(refusal.field, str(refusal))
        return given


class SignForm(KeyedForm):
    """The signature. `document` says which text was on the screen."""

    document = forms.CharField(max_length=64, widget=forms.HiddenInput)
    typed_name = forms.CharField(
        max_length=120, label="Type your full name to sign", widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    consented = forms.BooleanField()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["consented"].label = CONSENT
        self.fields["consented"].error_messages["required"] = "Tick this box to sign."


# --- the underwriter ------------------------------------------------------------------------------------------------
class ApproveForm(KeyedForm):
    """What to offer. It starts with what was asked for."""

    amount = DollarsField(label="Amount")
    months = forms.IntegerField(label="Months", error_messages=WHOLE)
    note = forms.CharField(
        required=False,
        label="Note for the file",
        help_text="The applicant does not see it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(KeyedForm):
    """Why not."""

    reason = forms.ChoiceField(
        label="Principal reason",
        choices=[(reason.code, reason.label) for reason in DECLINE_REASONS],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        required=False,
        label="Note for the file",
        help_text="The applicant does not see it.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
