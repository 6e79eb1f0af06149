"""The forms of a what-if: a new one, taking an event back in a scenario, and proposing it."""

from datetime import date
from typing import Any

from django import forms

from ledger.forms import RETURNS, ReversalForm
from ledger.models import Loan, LoanEvent
from ledger.operations.reversal import NOT_REVERSIBLE
from ledger.timeline import line_of
from ledger.views.reverse_event import CASH


class ForkForm(forms.Form):
    title = forms.CharField(
        max_length=120,
        label="What you want to know",
        help_text="Such as: what if the December payment had come on time?",
        error_messages={"required": "Say what this tries out."},
    )


class ScenarioForm(forms.Form):
    title = forms.CharField(max_length=60, required=False, label="Name of another scenario")


class ProposalForm(forms.Form):
    """`scenarios`: (number, title) of those that can be proposed."""

    number = forms.TypedChoiceField(
        coerce=int, label="Scenario to do", error_messages={"required": "Choose the scenario that should be done."}
    )
    reason = forms.CharField(
        max_length=200,
        label="Why it should be done",
        help_text="Who commits it reads this first.",
        error_messages={"required": "Say why."},
    )

    def __init__(self, *args: Any, scenarios: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["number"].choices = scenarios  # type: ignore[attr-defined]


class EventField(forms.ChoiceField):
    """One of the events of a loan."""

    def said(self, typed: str, loan: Loan) -> str:
        """The event in words, also one that is a choice no more because it was taken back since."""
        rows = LoanEvent.objects.filter(loan=loan, pk=typed) if typed.isdigit() else LoanEvent.objects.none()
        event = rows.select_related("target", "by").first()
        return dated(event) if event else typed


class HypotheticalReversalForm(ReversalForm):
    """Which event of the loan a scenario takes back, and why. Made as the forms of the other acts are."""

    seen = None  # type: ignore[assignment]  # a scenario is worked out on what stands, so nothing can have moved on
    event = EventField(
        label="What is taken back",
        error_messages={
            "required": "Choose an event.",
            "invalid_choice": "Choose an event of this loan that stands and can be taken back.",
        },
    )
    field_order = ("event", "reason", "remark")

    def __init__(self, *args: Any, today: date, loan: Loan, **options: Any) -> None:
        super().__init__(*args, cash=True, **options)
        self.standing = {str(row.pk): row for row in reversible(loan)}
        choices = [(pk, dated(row)) for pk, row in self.standing.items()]
        self.fields["event"].choices = [("", "Choose an event"), *choices]  # type: ignore[attr-defined]
        if not self.is_bound:
            self.fields["event"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        event = self.standing[given["event"]]
        if event.kind not in CASH and given["reason"].split()[0] in RETURNS:
            self.add_error("reason", "A bank returns payments alone: choose a mistake of ours.")
            return given
        return {"key": given.get("key"), "event_id": event.pk, "reason": self.words}


def reversible(loan: Loan) -> list[LoanEvent]:
    """The events of `loan` that stand and can be taken back, the latest first. One query."""
    rows = LoanEvent.objects.filter(loan=loan, reversals=None).exclude(kind__in=NOT_REVERSIBLE)
    return list(rows.select_related("target", "by").order_by("-effective_on", "-id"))


def dated(event: LoanEvent) -> str:
    """28 Nov 2008: Payment of $312.40"""
    title = line_of(event).title
    words = f"{title} of ${event.amount:,.2f}" if event.amount else title
    return f"{event.effective_on:%-d %b %Y}: {words}"
