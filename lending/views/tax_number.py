"""Correcting a party's tax number: what depends on it is shown before, and of either number the last four digits."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from finance.errors import Refused
from ledger.selectors import business_date
from ledger.views.common import needs, person
from origination.applicant import identifier_of
from origination.identifiers import EXAMPLES, KIND_OF, identifier_digits
from origination.models import Application
from parties.errors import NumberTaken, SameNumber
from parties.models import Identifier, Party
from parties.operations import correct_identifier

SHOWN = 25
# Until one of these is reached, somebody may still decide or pay out by the number.
OVER = (Application.State.DECLINED, Application.State.FUNDED, Application.State.WITHDRAWN)
DECIDED = (Application.State.APPROVED, Application.State.ACCEPTED)


class TaxNumberForm(forms.Form):
    """The right number, and how it is known to be right."""

    number = forms.CharField(
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        error_messages={"required": "Type the number."},
    )
    reason = forms.CharField(
        max_length=160,
        label="Why",
        help_text="How you know that it is right, such as the letter of the tax office. Without the number itself.",
        error_messages={"required": "Say why: it is kept for good."},
    )

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind = kind
        self.fields["number"].label = Identifier.Kind(kind).label
        self.fields["number"].help_text = f"Nine digits, such as {EXAMPLES[Identifier.Kind(kind)]}. Kept encrypted."

    def clean_number(self) -> str:
        try:
            return identifier_digits(self.kind, self.cleaned_data["number"])
        except Refused as refusal:
            raise forms.ValidationError(str(refusal), code=refusal.code) from refusal

    def clean_reason(self) -> str:
        """The history never has a whole number, in whatever way it is written."""
        reason: str = self.cleaned_data["reason"]
        if sum(letter.isdecimal() for letter in reason) >= 9:
            raise forms.ValidationError("Leave the number out of the reason: name the letter or the call instead.")
        return reason


@sensitive_post_parameters("number", "reason")
@require_http_methods(["GET", "POST"])
@needs("parties.correct_number")
def tax_number(request: HttpRequest, party_id: int) -> HttpResponse:
    party = get_object_or_404(Party, pk=party_id)
    sent = Application.objects.sent().filter(party=party)
    if not (sent.exists() or party.loans.exists()):  # what somebody typed into a draft is their own
        raise Http404
    kind = KIND_OF[party.kind]
    form = TaxNumberForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            change = correct_identifier(
                party=party,
                kind=kind,
                number=given["number"],
                on=business_date(),
                by=person(request),
                because=given["reason"],
            )
        except (SameNumber, NumberTaken) as refusal:
            form.add_error("number", str(refusal))
        else:
            messages.success(request, f"{change.get_field_display()}: ends in {change.now} from now on.")
            return redirect("party", party.pk)
    waiting = sent.exclude(state__in=OVER).listed().order_by("-id")[: SHOWN + 1]
    context = {
        "party": party,
        "form": form,
        "kind": Identifier.Kind(kind),
        "known": identifier_of(party),
        "waiting": waiting[:SHOWN],
        "decided": sent.filter(state__in=DECIDED).count(),
        "loans": party.loans.filter(balance__open=True).count(),
    }
    return render(request, "lending/tax_number.html", context, status=422 if form.errors else 200)
