"""One act of a scenario: kept as what was typed into its form, and done by the same operation as on its own page."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms

from finance.errors import Refused
from ledger.forks.errors import ActRefused
from ledger.forks.forms import EventField, HypotheticalReversalForm
from ledger.forms import ActForm, MoneyField, RateField
from ledger.models import Loan, LoanEvent
from ledger.operations import reverse_event
from ledger.views.acts import TABLE
from ledger.views.an_act import Act
from tenants.models import User


class NoSuchAct(Refused):
    code = "no_such_act"
    message = "There is no act called {name}: remove it from the scenario."


class CannotBeRead(Refused):
    """Facts: wrong (the sentences of the form, each with its field)."""

    code = "act_cannot_be_read"
    message = "{wrong}"


def take_back(*, loan_id: int, event_id: int, reason: str, key: str, by: User | None) -> LoanEvent:
    """reverse_event, called as every other act on a loan is."""
    assert LoanEvent.objects.filter(pk=event_id, loan_id=loan_id).exists(), (loan_id, event_id)
    return reverse_event(event_id=event_id, reason=reason, key=key, by=by)


REVERSAL = Act(
    name="reverse_event",
    title="Take an event back",
    verb="Reverse",
    done="Reversed",
    operation=take_back,
    form=cast("type[ActForm]", HypotheticalReversalForm),  # made and read as an ActForm is
    permission="ledger.reverse_event",
    icon="arrow-back-up",
    key="",
)
# In whatever state the loan is now: an earlier act of the scenario may have changed it.
CHOICES = {act.name: act for act in (*TABLE, REVERSAL)}


@dataclass(frozen=True, slots=True)
class Step:
    """act: its name.  key: its own, made with the form it was typed into.  data: {field: as typed}."""

    act: str
    key: str
    data: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def what(self) -> Act:
        found = CHOICES.get(self.act)
        if found is None:
            raise NoSuchAct(name=self.act)
        return found


def steps_of(rows: list[dict[str, Any]]) -> list[Step]:
    """The acts of a scenario as its row keeps them."""
    return [Step(**row) for row in rows]


def step_of(what: Act, form: forms.Form) -> Step:
    """The step of a valid form: what was typed, not what was made of it, so that it reads the same on another day."""
    typed = {
        name: field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
        for name, field in form.fields.items()
        if name != "key"
    }
    return Step(act=what.name, key=form.cleaned_data["key"], data=typed)


def form_of(step: Step, loan: Loan, today: date) -> ActForm:
    """The act's own form, filled in as the step says."""
    return step.what.form(step.data | {"key": step.key}, today=today, loan=loan)


def perform(step: Step, *, loan_id: int, today: date, by: User, key: str) -> LoanEvent:
    """Do it, on the loan as it stands at this moment. Raises Refused as the operation does, or for what was typed."""
    loan = Loan.objects.select_related("balance").get(pk=loan_id)
    form = form_of(step, loan, today)
    if not form.is_valid():
        raise CannotBeRead(wrong=" ".join(sentences(form)))
    given = {name: value for name, value in form.cleaned_data.items() if name != "key"}
    return step.what.operation(loan_id=loan_id, by=by, key=key, **given)


def perform_all(steps: list[Step], *, loan_id: int, today: date, by: User, keys: list[str]) -> list[LoanEvent]:
    """Do them in order; `keys` has one for each. Raises ActRefused for the first that cannot be done."""
    done = []
    for position, (step, key) in enumerate(zip(steps, keys, strict=True), start=1):
        try:
            done.append(perform(step, loan_id=loan_id, today=today, by=by, key=key))
        except Refused as refusal:
            raise ActRefused(position=position, act=title_of(step), why=str(refusal)) from refusal
    return done


def sentences(form: forms.Form) -> list[str]:
    """What is wrong with a form: Amount: Type more than zero."""
    labels = {name: str(field.label or name.replace("_", " ").capitalize()) for name, field in form.fields.items()}
    wrong = [(labels.get(name), str(error)) for name, errors in form.errors.items() for error in errors]
    return [f"{label}: {error}" if label else error for label, error in wrong]


def title_of(step: Step) -> str:
    """Take a payment"""
    return CHOICES[step.act].title if step.act in CHOICES else step.act


def details_of(step: Step, loan: Loan, today: date) -> list[tuple[str, str]]:
    """(what, value) of what was typed, as a person reads it; what was left empty is left out."""
    if step.act not in CHOICES:
        return []
    form = form_of(step, loan, today)
    form.is_valid()
    shown = []
    for bound in form.visible_fields():
        text = in_text(bound.field, step.data.get(bound.name), loan)
        if text:
            shown.append((str(bound.label), text))
    return shown


def in_text(field: forms.Field, typed: Any, loan: Loan) -> str:
    """One value as a person reads it; what cannot be read stays as it was typed."""
    if typed in (None, "", []):
        return ""
    if isinstance(field, EventField):
        return field.said(str(typed), loan)
    if isinstance(field, forms.ChoiceField):
        return chosen(field, str(typed))
    try:
        value = field.to_python(typed)
    except forms.ValidationError:
        return str(typed)
    if isinstance(field, MoneyField):
        return f"${value:,.2f}"
    if isinstance(field, RateField):
        return f"{value:f} %"
    if isinstance(value, date):
        return f"{value:%-d %b %Y}"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return f"{value:,f}" if isinstance(value, Decimal) else str(value)


def chosen(field: forms.ChoiceField, typed: str) -> str:
    """The words of a choice; one that is offered no more stays as it was typed."""
    words = {str(value): str(shown) for value, shown in flat(field.widget.choices)}
    return words.get(typed, typed)


def flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """(value, words) of every choice, those in groups too."""
    for value, words in choices:
        if isinstance(words, list | tuple):
            yield from words
        else:
            yield value, words
