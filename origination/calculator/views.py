"""The calculator's two pages: every question for staff, plain words for everybody. Both read, and keep nothing."""

from dataclasses import replace
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from finance.explain import Step, as_json
from ledger.selectors import business_date
from ledger.views.common import by_htmx, needs
from origination.calculator import pictures, sentences, sheet
from origination.calculator.files import FILES, link_to
from origination.calculator.forms import CalculatorForm, LoanQuestionForm, PublicCalculatorForm
from origination.calculator.question import MOST_AMOUNT, MOST_PAYMENTS, MOST_RATE
from origination.calculator.quote import Quote
from origination.calculator.throttles import FilesForEverybody, PagesForEverybody, too_many

# 36 % a year is the most that may be charged a member of the armed forces. Source: 10 USC 987(b), 32 CFR 232.4(b).
HIGHEST_FOR_SERVICE_MEMBERS = Decimal(36)
# So many payments are listed at once; more are folded by year, all of them on paper and in files.
UNFOLDED = 36
# Steps of a derivation. That of an APR has five for each payment and three above them, or more.
LONGEST_DERIVATION = 2000


@require_safe
@needs("origination.use_calculator")
def calculator(request: HttpRequest) -> HttpResponse:
    return answer(request, CalculatorForm, "calculator", "origination/calculator")


@require_safe
def portal_calculator(request: HttpRequest) -> HttpResponse:
    """For anybody, signed in or not; so often for one address, since nobody is known by name."""
    wants_file = request.GET.get("format") in FILES
    if too_many(request, FilesForEverybody if wants_file else PagesForEverybody):
        return render(request, "origination/calculator/too_many.html", status=429)
    return answer(request, PublicCalculatorForm, "portal_calculator", "portal/calculator")


def answer(request: HttpRequest, form_class: type[LoanQuestionForm], url_name: str, folder: str) -> HttpResponse:
    """The page, the part of it that htmx asks for, or one of its files; 422 with the answers kept when one is wrong."""
    form = form_class(request.GET.dict(), today=business_date())
    good = form.is_valid()
    link = link_to(request, url_name, form.address)
    if good and form.quote and (write := FILES.get(request.GET.get("format", ""))):
        return write(form.quote, link)
    typed = by_htmx(request)
    context = {
        "form": form,
        "typed": typed,
        "limits": {"amount": MOST_AMOUNT, "rate": MOST_RATE, "payments": MOST_PAYMENTS},
        **(shown(form.quote, request.GET.get("explain", "")) if form.quote and good else {}),
        "address": form.address,
        "link": link,
    }
    page = f"{folder}/_calculator.html" if typed else f"{folder}/calculator.html"
    response = render(request, page, context, status=200 if good else 422)
    patch_vary_headers(response, ["HX-Request"])  # the same address answers a page and a part of it
    return response


def shown(quote: Quote, explain: str) -> dict[str, object]:
    """What the templates show of a quote. explain: which of its figures is opened to its derivation."""
    step = quote.explain(explain)
    several = len(quote.rows) > 1
    return {
        "quote": quote,
        "asked": sheet.asked(quote),
        "payment_label": sheet.payment_label(quote),
        "sentence": sentences.each_payment(quote),
        "all_in_all": sentences.in_all(quote),
        "saved": sentences.saved(quote),
        "split": pictures.split(quote) if several else None,
        "split_title": pictures.split_title(quote),
        "owed": pictures.owed(quote) if several else None,
        "owed_title": pictures.owed_title(quote),
        "folded": len(quote.rows) > UNFOLDED,
        "step": as_json(cut(step)) if step else None,
        "explained": explain,
        "above_the_limit": quote.cost.rate_2dp > HIGHEST_FOR_SERVICE_MEMBERS,
    }


def cut(step: Step) -> Step:
    """A derivation that a page can hold: of a very long one, the figure and what it follows from directly."""
    if sum(1 for _ in step.steps()) <= LONGEST_DERIVATION:
        return step
    return replace(step, parts=tuple(replace(part, parts=(), rule="given") for part in step.parts))
