"""The what-ifs of a loan: those that were made, and a new one."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from ledger.forks.forms import ForkForm
from ledger.lists import WHAT_IFS
from ledger.models import Fork
from ledger.operations.forks import open_fork
from ledger.selectors import with_all_that_names_it
from ledger.views.acts import roles_with
from ledger.views.common import needs, person
from ledger.views.lists import answer

MAKE = "ledger.make_fork"


@require_http_methods(["GET", "POST"])
@needs("ledger.view_loan")
def what_ifs(request: HttpRequest, number: str) -> HttpResponseBase:
    loan = get_object_or_404(with_all_that_names_it(), number=number)
    may_make = person(request).has_perm("ledger.make_fork")
    form = ForkForm(request.POST or None)
    if request.method == "POST" and may_make and form.is_valid():
        fork = open_fork(loan_id=loan.pk, title=form.cleaned_data["title"], by=person(request))
        return redirect("what_if", number, fork.pk)
    context = {
        "loan": loan,
        "form": form,
        "may_make": may_make,
        "who_may_make": roles_with(MAKE),
    }
    refused = request.method == "POST"
    status = (422 if may_make else 403) if refused else 200
    return answer(request, WHAT_IFS, Fork.objects.filter(loan=loan), "ledger/what_ifs.html", context, status=status)
