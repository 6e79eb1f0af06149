"""A letter that says what pays the loan off: asked for in the portal by the borrower, or by staff for one."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from finance.errors import Refused
from ledger.files import pdf_response
from ledger.models import Loan
from ledger.selectors import business_date, with_all_that_names_it
from ledger.views.common import needs, person
from servicing.kept import digest, readable
from servicing.past import read_pasts
from servicing.payments.selectors import loans_of
from servicing.payoffs.forms import LetterForm
from servicing.payoffs.letter import content_of, quote_of
from servicing.payoffs.models import PayoffLetter
from servicing.payoffs.operations import issue_payoff_letter
from servicing.payoffs.selectors import letters_of
from servicing.payoffs.standing import standing_of, with_standing

# In the session: the letter whose PDF the next page shall start to download.
DOWNLOAD = "payoff_letter_to_download"


class Place(NamedTuple):
    """Where it is asked for. prefix: of the names of its addresses.  folder: of its templates.

    asked: how its day is asked for.
    """

    prefix: str
    folder: str
    asked: str
    find: Callable[[HttpRequest, str], Loan]

    def url(self, name: str, *args: object) -> str:
        return reverse(f"{self.prefix}{name}", args=args)


PORTAL = Place(
    "",
    "portal",
    "Which day will you pay?",
    lambda request, number: get_object_or_404(loans_of(person(request)), number=number),
)
STAFF = Place(
    "loan_",
    "payoffs",
    "Good through",
    lambda request, number: get_object_or_404(with_all_that_names_it(), number=number),
)


def ask(request: HttpRequest, number: str, place: Place) -> HttpResponse:
    """The form with the amount beside it, and the letters made before."""
    loan, today = place.find(request, number), business_date()
    form, status = LetterForm(today=today, asked=place.asked), 200
    if request.method == "POST":
        form, status = LetterForm(request.POST, today=today, asked=place.asked), 422
        if form.is_valid():
            given = form.cleaned_data
            key = f"{place.folder}/{person(request).pk}/{given['key']}"
            try:
                letter = issue_payoff_letter(
                    loan_id=loan.pk, good_through=given["good_through"], key=key, by=person(request)
                )
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                request.session[DOWNLOAD] = letter.pk
                return redirect(place.url("payoff_letter_made", loan.number, letter.pk))
    letters = with_standing(letters_of([loan]), today)
    context = {"loan": loan, "letters": letters, **effect_of(loan, form), **addresses(place, loan)}
    return render(request, f"{place.folder}/payoff_letter.html", context, status=status)


def effect(request: HttpRequest, number: str, place: Place) -> HttpResponse:
    """What the letter of the day chosen would say, and the button that makes it."""
    loan = place.find(request, number)
    form = LetterForm(request.POST, today=business_date(), asked=place.asked)
    return render(request, "payoffs/_effect.html", {"loan": loan, **effect_of(loan, form)})


def effect_of(loan: Loan, form: LetterForm) -> dict[str, Any]:
    active = loan.state == Loan.State.ACTIVE
    if not active or (chosen := form.chosen) is None:
        return {"form": form, "active": active, "said": None}
    quoted, at = quote_of(read_pasts([loan])[loan.pk], on=business_date(), good_through=chosen)
    return {"form": form, "active": active, "said": readable(content_of(loan, quoted, at))}


def addresses(place: Place, loan: Loan) -> dict[str, str]:
    """Where the shared fragments lead to in this place."""
    return {
        "form_url": place.url("payoff_letter", loan.number),
        "effect_url": place.url("payoff_effect", loan.number),
        "made_name": f"{place.prefix}payoff_letter_made",
        "pdf_name": f"{place.prefix}payoff_letter_pdf",
    }


def made(request: HttpRequest, number: str, letter_id: int, place: Place) -> HttpResponse:
    """The letter as it was made, whether it still stands, and its PDF; right after it was made that downloads."""
    loan, letter = find(request, number, letter_id, place)
    context = {
        "loan": loan,
        "letter": letter,
        "said": readable(letter.content),
        "standing": standing_of(letter, business_date()),
        "check_url": check_url(request, letter),
        "downloads": request.session.pop(DOWNLOAD, None) == letter.pk,
        **addresses(place, loan),
    }
    return render(request, f"{place.folder}/payoff_letter_made.html", context)


def as_pdf(request: HttpRequest, number: str, letter_id: int, place: Place) -> HttpResponse:
    """Drawn from what was kept, which is still what was said."""
    loan, letter = find(request, number, letter_id, place)
    assert digest(letter.content) == letter.sha256, f"payoff letter {letter.pk} is not what was made"
    context = {"letter": letter, "said": readable(letter.content), "check_url": check_url(request, letter)}
    return pdf_response(f"payoff-letter-{loan.number}-{letter.good_through}", "payoffs/document.html", context)


def find(request: HttpRequest, number: str, letter_id: int, place: Place) -> tuple[Loan, PayoffLetter]:
    loan = place.find(request, number)
    letter = get_object_or_404(PayoffLetter.objects.select_related("loan", "issued_by"), pk=letter_id, loan=loan)
    return loan, letter


def check_url(request: HttpRequest, letter: PayoffLetter) -> str:
    """The whole address at which anybody can check the letter."""
    return request.build_absolute_uri(reverse("check_letter", args=[letter.code_in_groups]))


@require_http_methods(["GET", "POST"])
@needs("payoffs.ask_for_own_letter")
def payoff_letter(request: HttpRequest, number: str) -> HttpResponse:
    return ask(request, number, PORTAL)


@require_POST
@needs("payoffs.ask_for_own_letter")
def payoff_effect(request: HttpRequest, number: str) -> HttpResponse:
    return effect(request, number, PORTAL)


@require_safe
@needs("payoffs.ask_for_own_letter")
def payoff_letter_made(request: HttpRequest, number: str, letter_id: int) -> HttpResponse:
    return made(request, number, letter_id, PORTAL)


@require_safe
@needs("payoffs.ask_for_own_letter")
def payoff_letter_pdf(request: HttpRequest, number: str, letter_id: int) -> HttpResponse:
    return as_pdf(request, number, letter_id, PORTAL)


@require_http_methods(["GET", "POST"])
@needs("payoffs.issue_letter")
def loan_payoff_letter(request: HttpRequest, number: str) -> HttpResponse:
    return ask(request, number, STAFF)


@require_POST
@needs("payoffs.issue_letter")
def loan_payoff_effect(request: HttpRequest, number: str) -> HttpResponse:
    return effect(request, number, STAFF)


@require_safe
@needs("ledger.view_loan")
def loan_payoff_letter_made(request: HttpRequest, number: str, letter_id: int) -> HttpResponse:
    return made(request, number, letter_id, STAFF)


@require_safe
@needs("ledger.view_loan")
def loan_payoff_letter_pdf(request: HttpRequest, number: str, letter_id: int) -> HttpResponse:
    return as_pdf(request, number, letter_id, STAFF)
