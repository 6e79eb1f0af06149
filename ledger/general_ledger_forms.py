"""Forms of the general ledger: months, the mapping, companies and exports."""

from datetime import date
from typing import Any

from django import forms

from ledger.forms import MoneyField, OnceForm, count_field
from ledger.models import Account, ExportDetail, ExportTarget, Loan, Product
from ledger.models.mapping import FEE_KINDS
from ledger.sample import SAMPLES
from tenants.models import LegalEntity

ANY = ("", "Any")


class TickForm(forms.Form):
    item = forms.CharField(widget=forms.HiddenInput)
    note = forms.CharField(
        max_length=300, label="What you found", error_messages={"required": "Say what you found: the note is kept."}
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=300, label="Why", error_messages={"required": "Say why: it is kept for good."})


class KeyedReasonForm(ReasonForm):
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class AccountForm(forms.Form):
    code = forms.CharField(max_length=20, error_messages={"required": "Type the account's code."})
    name = forms.CharField(max_length=80, error_messages={"required": "Type the account's name."})
    role = forms.ChoiceField(
        label="Takes the same as", help_text="It stays empty until a mapping sends something there."
    )

    def __init__(self, *args: Any, company: LegalEntity, **options: Any) -> None:
        super().__init__(*args, **options)
        chart = Account.objects.filter(legal_entity=company, is_default=True, currency=company.currency)
        self.fields["role"].choices = [(account.role, str(account)) for account in chart]  # type: ignore[attr-defined]


class MappingForm(forms.Form):
    effective_from = forms.DateField(
        label="In force from",
        help_text="A day after the business date.",
        error_messages={"required": "Choose the day from which it counts.", "invalid": "Choose a day of the calendar."},
    )
    remark = forms.CharField(
        max_length=300, label="What changes, and why", error_messages={"required": "Say what changes, and why."}
    )


class MappingLineForm(forms.Form):
    """One line of a draft. A line without an account is left out."""

    product = forms.ModelChoiceField(Product.objects.none(), required=False, empty_label="Any")
    status = forms.ChoiceField(required=False, choices=[ANY, *Loan.State.choices], label="State of the loan")
    fee_kind = forms.ChoiceField(required=False, choices=[ANY, *FEE_KINDS.items()], label="Kind of fee")
    account = forms.ModelChoiceField(Account.objects.none(), required=False, empty_label="No line", label="Goes to")

    def __init__(self, *args: Any, company: LegalEntity, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["product"].queryset = Product.objects.order_by("name")  # type: ignore[attr-defined]
        own = Account.objects.filter(legal_entity=company, counterparty=None).order_by("code")
        self.fields["account"].queryset = own  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        account = given.get("account")
        if account is not None and given.get("fee_kind") and account.role != "fee_income":
            self.add_error("fee_kind", "Only fee income is told apart by kind of fee: choose any.")
        return given


class SampleForm(forms.Form):
    """A sample event to try a mapping on."""

    number = forms.CharField(max_length=24, label="Loan")
    kind = forms.ChoiceField(choices=list(SAMPLES.items()), label="Event")
    amount = MoneyField()


class CompaniesForm(OnceForm):
    """Cash between two companies."""

    WHAT = (
        ("held", "The first holds cash of the second's"),
        ("payment", "A borrower of the second paid into the first's account"),
        ("settled", "The first pays the second what it owes"),
    )
    what = forms.ChoiceField(choices=WHAT, label="What happened")
    debtor = forms.ModelChoiceField(LegalEntity.objects.none(), label="First company", empty_label=None)
    creditor = forms.ModelChoiceField(LegalEntity.objects.none(), label="Second company", empty_label=None)
    loan = forms.CharField(required=False, max_length=24, help_text="The number of the loan, where a borrower paid.")
    amount = MoneyField()
    reason = forms.CharField(
        max_length=300,
        label="Why",
        help_text="Not needed where a borrower paid.",
        error_messages={"required": "Say why."},
    )
    field_order = ("what", "debtor", "creditor", "loan", "amount", "reason", "effective_on")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        companies = LegalEntity.objects.order_by("name")
        for name in ("debtor", "creditor"):
            self.fields[name].queryset = companies  # type: ignore[attr-defined]
        self.fields["reason"].required = self.data.get("what") != "payment"
        self.fields["creditor"].initial = companies[1:2].first()
        self["effective_on"].help_text = "An earlier day is allowed."

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("debtor") and given.get("debtor") == given.get("creditor"):
            self.add_error("creditor", "Choose another company than the first.")
        given["found"] = None
        if given.get("what") == "payment" and given.get("creditor"):
            loans = Loan.objects.filter(number=given.get("loan", ""), legal_entity=given["creditor"])
            given["found"] = loans.first()
            if given["found"] is None:
                self.add_error("loan", f"{given['creditor']} has no loan of that number.")
        return given


class ExportForm(forms.Form):
    """Which journals go where. `key` makes sending it twice harmless."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    company = forms.ModelChoiceField(LegalEntity.objects.none(), empty_label=None)
    target = forms.ChoiceField(choices=ExportTarget.choices, label="For")
    detail = forms.ChoiceField(choices=ExportDetail.choices, label="In detail")
    through = forms.DateField(
        label="Through",
        help_text="A closed day: everything known by its end that was not exported yet.",
        error_messages={"required": "Choose a closed day.", "invalid": "Choose a day of the calendar."},
    )

    def __init__(self, *args: Any, last: date, **options: Any) -> None:
        options["initial"] = {"through": last} | options.get("initial", {})
        super().__init__(*args, **options)
        self.last = last
        self.fields["company"].queryset = LegalEntity.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["through"].widget.attrs["max"] = last.isoformat()

    def clean_through(self) -> date:
        through: date = self.cleaned_data["through"]
        if through > self.last:
            raise forms.ValidationError(
                f"Choose {self.last:%-d %b %Y} or an earlier day: a later one is not closed yet."
            )
        return through


def shown_there(label: str) -> MoneyField:
    """A control total as the other system shows it: zero is one."""
    wrong = {"required": "Type what it shows, or 0.", "min_value": "Type 0 or more."}
    return MoneyField(min_value=0, label=label, error_messages=wrong)


class ReceiptForm(forms.Form):
    """What the other system says that it took of a batch."""

    journals = count_field("Journals it took", "", least=0, most=9_999_999)
    debits = shown_there("Debits it shows")
    credits = shown_there("Credits it shows")
    note = forms.CharField(required=False, max_length=300)
