"""The proof of the books: what holds, what differs and who looks after it, and what is sealed."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from finance.errors import Refused
from ledger.close.differences import NoteMissing, assign_difference, resolve_difference, still_found
from ledger.close.laws import LAWS
from ledger.close.seal_export import seals_between, write_zip
from ledger.lists import DIFFERENCES, PROOFS
from ledger.models import Difference, Proof, Seal
from ledger.proofs import history, laws_now, open_differences
from ledger.views.common import needs, person
from ledger.views.lists import answer
from tenants.models import Tenant, User

ROWS, DAYS = 50, 14
VERIFIER = Path("tools") / "verify_ledger.py"


class DaysForm(forms.Form):
    """Which sealed days to download."""

    first = forms.DateField(
        label="From", error_messages={"required": "Choose a day.", "invalid": "Choose a day of the calendar."}
    )
    last = forms.DateField(
        label="To", error_messages={"required": "Choose a day.", "invalid": "Choose a day of the calendar."}
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("first") and given.get("last") and given["first"] > given["last"]:
            self.add_error("last", "The last day is before the first: choose it again.")
        return given


class DifferenceForm(forms.Form):
    """Who looks after a difference, and what is known of it. `seen` is the note that the page showed."""

    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    owner = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        empty_label="Nobody yet",
        error_messages={"invalid_choice": "Choose one of the people in the list."},
    )
    note = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What was wrong, and what put it right: whoever reads this in a year should understand it.",
    )

    def __init__(self, *args: Any, people: QuerySet[User], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


@require_safe
@needs("ledger.view_proof")
def proof(request: HttpRequest) -> HttpResponseBase:
    return the_page(request)


def the_page(request: HttpRequest, days: DaysForm | None = None, *, status: int = 200) -> HttpResponseBase:
    waiting = Difference.objects.filter(resolved_at=None)
    return answer(request, DIFFERENCES, waiting, "ledger/proof.html", overview(days), status=status)


def overview(days: DaysForm | None = None) -> dict[str, Any]:
    """Everything on the page, with the form of the days to download as it stands."""
    laws = laws_now()
    tried = [law.proof.proved_at for law in laws if law.proof]
    seals = Seal.objects.defer("line")
    last = seals.first()
    return {
        "laws": laws,
        "last_tried": max(tried, default=None),
        "broken": sum(1 for law in laws if law.proof and not law.proof.holds),
        "history": history(DAYS),
        "seals": seals[:DAYS],
        "days": days or DaysForm(initial={"first": month_of(last), "last": last and last.business_date}),
        "folder_of_seals": bool(settings.SEALS_DIR),
    }


def month_of(last: Seal | None) -> date | None:
    """The first day of the month that was sealed last."""
    return last.business_date.replace(day=1) if last else None


@require_safe
@needs("ledger.view_proof")
def law(request: HttpRequest, code: str) -> HttpResponseBase:
    """One law: what it compares, what it found, and every time it was tried."""
    if code not in LAWS:
        raise Http404
    (standing,) = (one for one in laws_now() if one.code == code)
    context = {"law": standing, "waiting": open_differences().filter(law=code)[:ROWS]}
    return answer(request, PROOFS, Proof.objects.filter(law=code), "ledger/law.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("ledger.view_proof")
def difference(request: HttpRequest, difference_id: int) -> HttpResponse:
    """One difference: whose it is, what is known of it, and the way to close it."""
    differences = Difference.objects.select_related("owner", "resolved_by", "first_proof", "last_proof")
    found = get_object_or_404(differences, pk=difference_id)
    user = person(request)
    may_work = user.has_perm("ledger.work_differences")
    people = User.objects.filter(is_active=True, roles__overlap=["operations", "administrator"]).order_by("full_name")
    form = DifferenceForm(
        request.POST or None,
        people=people,
        initial={"owner": found.owner_id or user.pk, "note": found.note, "seen": found.note},
    )
    refusal = None
    if request.method == "POST":
        if not may_work:
            return render(request, "403.html", status=403)
        if form.is_valid() and not written_meanwhile(found, form):
            try:
                return act_on(request, found, form)
            except NoteMissing as missing:
                form.add_error("note", str(missing))
            except Refused as refused:
                refusal = refused
    context = {
        "difference": found,
        "form": form,
        "refusal": refusal,
        "may_work": may_work,
        "still_found": still_found(found),
        "law": LAWS[found.law],
    }
    return render(request, "ledger/difference.html", context, status=422 if request.method == "POST" else 200)


def written_meanwhile(found: Difference, form: DifferenceForm) -> bool:
    """Whether somebody wrote another note since the page was opened. It is shown; sent again, what was typed stands."""
    seen, note = (form.cleaned_data[name].split() for name in ("seen", "note"))
    if found.resolved_at or found.note.split() in (seen, note):
        return False
    form.add_error("note", f"Since this page was opened the note became: “{found.note}”. Add to it, or send yours.")
    form.data = {**dict(form.data.items()), "seen": found.note}
    return True


def act_on(request: HttpRequest, found: Difference, form: DifferenceForm) -> HttpResponse:
    owner, note = form.cleaned_data["owner"], form.cleaned_data["note"]
    if request.POST.get("act") == "resolve":
        resolve_difference(difference_id=found.pk, note=note, by=person(request))
        messages.success(request, f"Resolved: {found.what}.")
        return redirect("proof")
    assign_difference(difference_id=found.pk, owner=owner or person(request), note=note)
    messages.success(request, f"{owner or person(request)} looks after it.")
    return redirect("difference", found.pk)


@require_safe
@needs("ledger.export_seals")
def sealed_days(request: HttpRequest) -> HttpResponseBase:
    """The sealed days asked for, as a zip that tools/verify_ledger.py checks."""
    form = DaysForm(request.GET)
    if form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
        try:
            seals = seals_between(first, last)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
            write_zip(file, seals)
            file.seek(0)
            name = f"sealed-{Tenant.objects.get().slug}-{first}-{last}.zip"
            return FileResponse(file, as_attachment=True, filename=name)
    return the_page(request, form, status=422)


@require_safe
@needs("ledger.view_proof")
def verifier(request: HttpRequest) -> HttpResponse:
    """The program that checks an export without us."""
    response = HttpResponse((settings.BASE_DIR / VERIFIER).read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{VERIFIER.name}"'
    return response
