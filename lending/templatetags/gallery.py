"""The examples that templates/lending/components.html draws: a form in both conditions, a split, a chart, a moment."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.forms.utils import ErrorDict
from django.http import HttpRequest

from tenants.lists import Choice, Column, RowList, Shown

register = template.Library()


class ExampleForm(forms.Form):
    amount = forms.DecimalField(max_digits=18, decimal_places=2, min_value=Decimal("0.01"), initial=Decimal("312.40"))
    effective_on = forms.DateField(
        label="Counts from", initial=date(2008, 12, 31), help_text="The day the money arrived."
    )
    rail = forms.ChoiceField(label="Paid by", choices=[("ach", "ACH"), ("check", "Check")])
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    prepayment = forms.ChoiceField(
        label="What a prepayment does",
        widget=forms.RadioSelect,
        choices=[("term", "Shortens the term"), ("payment", "Lowers the payment")],
    )
    told = forms.BooleanField(label="The borrower was told")


class RefusedForm(ExampleForm):
    """The same with every kind of error, whatever was typed."""

    def full_clean(self) -> None:
        self.cleaned_data: dict[str, Any] = {}
        self._errors = ErrorDict()
        self.add_error(
            None, "Loan SBA-4102938-07 is closed: it takes no payments. Reverse the payoff to open it again."
        )
        self.add_error("amount", "Enter more than 0.00.")
        self.add_error("effective_on", "Enter a day up to the business date, 31 Dec 2008.")
        self.add_error("prepayment", "Choose one.")
        self.add_error("told", "Tell the borrower first.")


@dataclass(frozen=True)
class ExampleLoan:
    pk: int
    number: str
    borrower: str
    owed: Decimal
    dpd: int
    state: str
    currency: str = "USD"


EXAMPLE_LOANS = [
    ExampleLoan(1, "SBA-4102938-07", "Harbour Tools Rental LLC", Decimal("287340.10"), 0, "active"),
    ExampleLoan(2, "SBA-4102939-01", "Alderbrook Property Management Corporation", Decimal("1204.00"), 45, "active"),
    ExampleLoan(3, "SBA-4102940-03", "Cedar, Jane", Decimal("0.00"), 0, "paid_off"),
]
EXAMPLE_LIST = RowList(
    name="example",
    noun=("loan", "loans"),
    permission="ledger.view_loan",
    currency="currency",
    selectable=True,
    filters=(
        Choice(
            name="state",
            label="State",
            any="Any state",
            choices={"active": "Active", "paid_off": "Paid off"},
            apply=lambda rows, value: [row for row in rows if row.state == value],
        ),
    ),
    columns=(
        Column(key="number", label="Loan", value="number", sort="number", url=lambda row: "#list"),
        Column(key="borrower", label="Borrower", value="borrower", cell="name", sort="borrower"),
        Column(key="owed", label="Owed", value="owed", cell="money", sort="owed", sum="owed", unit="USD"),
        Column(key="late", label="Late", value="dpd", cell="bucket", sort="dpd"),
        Column(key="state", label="State", value="state", cell="state", sort="state", shown=False),
    ),
)


@register.simple_tag(takes_context=True)
def gallery_list(context: template.Context) -> Shown:
    """A list that is declared as data, of three loans."""
    request: HttpRequest = context["request"]
    return Shown(EXAMPLE_LIST, request.GET, EXAMPLE_LOANS)


@register.simple_tag
def gallery_examples() -> dict[str, Any]:
    """Everything in a condition in which the page shows it."""
    months = ["Oct 2008", "Nov 2008", "Dec 2008"]
    late: dict[str, tuple[str, list[str | None]]] = {
        "1-29": ("1–29 days", ["412000.10", "450120.00", "512300.55"]),
        "30-59": ("30–59 days", ["612000.10", "750000.00", "912000.00"]),
        "120+": ("120 days or more", ["112000.10", None, "212000.00"]),
    }
    series = [
        {"name": name, "bucket": code, "data": [point and Decimal(point) for point in points]}
        for code, (name, points) in late.items()
    ]
    return {
        "form": ExampleForm(auto_id="good_%s"),
        "wrong_form": RefusedForm({"amount": "0.00", "effective_on": "2009-02-28"}, auto_id="wrong_%s"),
        "money_form": ExampleForm(auto_id="money_%s"),
        "split": [("Fees", Decimal("25.00")), ("Interest", Decimal("40.10")), ("Principal", Decimal("247.30"))],
        "arrears": {"kind": "stacked", "x": months, "series": series, "urls": ["#list"] * 3},
        "recorded_at": datetime(2008, 12, 31, 14, 5, tzinfo=UTC),
        "effective_on": date(2008, 12, 31),
        "week": ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
    }
