"""The application in three short steps, saved one by one, then checked on one page and sent."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from finance.errors import Refused
from ledger.selectors import business_date
from ledger.views.common import needs, person
from origination.applicant import identifier_of, is_settled, party_of, typed_here
from origination.catalogue import versions_on_offer
from origination.errors import NothingOnOffer
from origination.forms import BusinessForm, KeyedForm, LoanForm, YouForm
from origination.models import Application
from origination.operations import save_draft, start_application, submit_application
from origination.operations.draft import SECTIONS
from origination.operations.submit import missing
from origination.words import day
from parties.models import Party
from tenants.models import Address, LegalEntity, User

TITLES = {"you": "About you", "business": "About your means", "loan": "What you need"}


@require_GET
@needs("origination.apply")
def apply(request: HttpRequest) -> HttpResponse:
    """Start, or go on where one left off."""
    return redirect(*where_to(draft_of(person(request))))


@require_http_methods(["GET", "POST"])
@needs("origination.apply")
def apply_step(request: HttpRequest, step: str) -> HttpResponse:
    if step not in SECTIONS:
        raise Http404(step)
    user = person(request)
    draft = draft_of(user)
    if step != "you" and (draft is None or draft.party is None):
        return redirect("apply")
    form = form_of(step, request, draft)
    if request.method == "GET":
        return show(request, step, form)
    leaving = "leave" in request.POST
    if form.is_valid() or (leaving and can_be_kept(step, form, draft)):
        left = [str(form.fields[name].label) for name in form.errors if name in form.fields]
        try:
            save(request, step, form.cleaned_data, draft)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            if not leaving:
                return redirect(*where_to(draft_of(user)))
            still = f" Still to answer here: {', '.join(left)}." if left else ""
            messages.success(request, f"Saved. Go on when you like, on any device.{still}")
            return redirect("portal_home")
    return show(request, step, form, status=422)


def can_be_kept(step: str, form: forms.Form, draft: Application | None) -> bool:
    """Whether what is right of an unfinished step can be saved: somebody has to be named before anything is."""
    return step != "you" or bool(draft and draft.party) or {"kind", "name"} <= set(form.cleaned_data)


@require_http_methods(["GET", "POST"])
@needs("origination.apply")
def apply_check(request: HttpRequest) -> HttpResponse:
    """Every answer on one page; sending it is the last step."""
    user = person(request)
    form, status = KeyedForm(), 200
    draft = draft_of(user)
    if request.method == "POST":
        form, status = KeyedForm(request.POST), 422
        subject = draft or user.applications.order_by("-id").first()  # sent twice: the one that was just sent
        if subject is not None and form.is_valid():
            try:
                event = submit_application(application_id=subject.pk, by=user, **form.cleaned_data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("portal_application", event.application.number)
    if draft is None:
        return redirect("apply")
    if missing(draft) and request.method == "GET":
        return redirect(*where_to(draft))
    assert draft.party is not None
    return render(
        request,
        "portal/application_check.html",
        {"application": draft, "identifier": identifier_of(draft.party), "form": form, "titles": TITLES},
        status=status,
    )


def draft_of(user: User) -> Application | None:
    draft: Application | None = Application.objects.filter(applicant=user, state="draft").listed().first()
    return draft


def where_to(draft: Application | None) -> tuple[str, ...]:
    """The arguments of `redirect`: the first step with something to answer, or the check of all answers."""
    if draft is None or draft.party is None:
        return "apply_step", "you"
    for step, columns in SECTIONS.items():
        if any(getattr(draft, column) in (None, "") for column in columns):
            return "apply_step", step
        if step == "business" and identifier_of(draft.party) is None:
            return "apply_step", step
    return ("apply_check",)


def form_of(step: str, request: HttpRequest, draft: Application | None) -> forms.Form:
    """The step's form: with what was sent, or else with what is known already."""
    user = person(request)
    party = draft.party if draft is not None and draft.party is not None else party_of(user)
    settled = party is not None and is_settled(party)
    data = request.POST if request.method == "POST" else None
    known: dict[str, Any] = {column: getattr(draft, column) for column in SECTIONS[step]} if draft else {}
    if step == "you":
        return YouForm(data, initial=(known if draft and draft.party else known_of(party)), settled=settled)
    assert party is not None
    if step == "business":
        fixed = settled and not (draft and typed_here(draft))
        return BusinessForm(data, initial=known, party=party, known=identifier_of(party), settled=fixed)
    versions = versions_on_offer(business_date())
    if not versions:
        raise NothingOnOffer(on=day(business_date()))
    return LoanForm(data, initial={name: value for name, value in known.items() if value}, versions=versions)


def known_of(party: Party | None) -> dict[str, Any]:
    """What an earlier application already told us."""
    if party is None:
        return {"kind": "person"}
    return {
        "kind": party.kind,
        "name": party.name,
        "phone": party.phone,
        "street": party.street,
        "city": party.city,
        "us_state": party.state,
        "postal_code": party.postal_code,
    }


def save(request: HttpRequest, step: str, given: dict[str, Any], draft: Application | None) -> None:
    """Keep the step's answers, the first one of which begins the application. What is not `given` stays as it was."""
    user, before = person(request), draft or Application()
    # Saving the same answers again changes nothing, so a new key for each request loses none of them.
    key = str(uuid4())
    if draft is None:
        started = start_application(legal_entity=lender_at(request.get_host()), key=f"{key}/start", by=user)
        application_id = started.application_id
    else:
        application_id = draft.pk
    save_draft(
        application_id=application_id,
        section=step,
        answers={column: given.get(column, getattr(before, column)) for column in SECTIONS[step]},
        identifier=given.get("identifier", ""),
        key=key,
        by=user,
    )


def lender_at(host: str) -> LegalEntity:
    """The legal entity that is served at this web address."""
    name = host.rsplit(":", 1)[0].lower()
    served: dict[str, LegalEntity] = {
        address.host: address.legal_entity
        for address in Address.objects.filter(host__in=[name, "*"]).select_related("legal_entity")
    }
    return served.get(name) or served["*"]


def show(request: HttpRequest, step: str, form: forms.Form, status: int = 200) -> HttpResponse:
    names = list(SECTIONS)
    position = names.index(step)
    return render(
        request,
        "portal/application_step.html",
        {
            "form": form,
            "step": step,
            "title": TITLES[step],
            "names": [*TITLES.values(), "Check and send"],
            "position": position + 1,
            "back": names[position - 1] if position else None,
        },
        status=status,
    )
