"""Is a payoff letter real, and does it still stand? For anybody who holds one, by the code on it.

It says nothing about the borrower: the lender, the end of the loan's number, the amount, the day and whether it stands.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ledger.selectors import business_date
from servicing.payoffs.selectors import letter_with
from servicing.payoffs.standing import standing_of
from servicing.payoffs.throttles import ChecksForEverybody
from tenants.throttles import too_many

LONGEST_CODE = 60


@require_safe
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """Where a code is typed in."""
    if typed := request.GET.get("code", "").strip().replace("/", "")[:LONGEST_CODE]:
        return redirect("check_letter", typed)
    return answer(request, {"asked": "code" in request.GET}, 422 if "code" in request.GET else 200)


@require_safe
@never_cache
def check_letter(request: HttpRequest, code: str) -> HttpResponse:
    """What the letter with this code said, and whether it stands. So often for one address: codes are not guessed."""
    if too_many(request, ChecksForEverybody):
        return answer(request, {"too_many": True}, 429)
    letter = letter_with(code[:LONGEST_CODE])
    if letter is None:
        return answer(request, {"unknown": True, "code": code[:LONGEST_CODE]}, 404)
    return answer(request, {"letter": letter, "standing": standing_of(letter, business_date())}, 200)


def answer(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    response = render(request, "payoffs/check.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
