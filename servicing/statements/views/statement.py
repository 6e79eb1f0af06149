"""One statement: on a page, or as the PDF that was sent. The borrower's own in the portal; staff's on the loan."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.files import pdf_response
from ledger.models import Loan
from ledger.selectors import with_all_that_names_it
from ledger.views.common import needs, person
from servicing.kept import digest, readable
from servicing.payments.selectors import loans_of
from servicing.statements.content import sums
from servicing.statements.models import Statement


@require_safe
@needs("payments.pay")
def statement(request: HttpRequest, number: str, statement_id: int) -> HttpResponse:
    found = statement_on(get_object_or_404(loans_of(person(request)), number=number), statement_id)
    return render(request, "portal/statement.html", context_of(found))


@require_safe
@needs("payments.pay")
def statement_pdf(request: HttpRequest, number: str, statement_id: int) -> HttpResponse:
    return as_pdf(statement_on(get_object_or_404(loans_of(person(request)), number=number), statement_id))


@require_safe
@needs("ledger.view_loan")
def loan_statement(request: HttpRequest, number: str, statement_id: int) -> HttpResponse:
    found = statement_on(get_object_or_404(with_all_that_names_it(), number=number), statement_id)
    return render(request, "statements/statement.html", context_of(found))


@require_safe
@needs("ledger.view_loan")
def loan_statement_pdf(request: HttpRequest, number: str, statement_id: int) -> HttpResponse:
    return as_pdf(statement_on(get_object_or_404(with_all_that_names_it(), number=number), statement_id))


def statement_on(loan: Loan, statement_id: int) -> Statement:
    rows = Statement.objects.select_related("corrected_by", "corrects")
    found: Statement = get_object_or_404(rows, pk=statement_id, loan=loan)
    found.loan = loan
    return found


def context_of(found: Statement) -> dict[str, Any]:
    """What is kept, in the shape of a page or a letter."""
    return {
        "statement": found,
        "loan": found.loan,
        "said": readable(found.content),
        "sums": sums(found.content),
        "corrected_by": getattr(found, "corrected_by", None),
    }


def as_pdf(found: Statement) -> HttpResponse:
    """Drawn from what was kept, which is still what was sent."""
    assert digest(found.content) == found.sha256, f"statement {found.pk} is not what was made"
    corrected = f"-corrected-{found.version}" if found.version > 1 else ""
    name = f"statement-{found.loan.number}-{found.ends_on:%Y-%m}{corrected}"
    # Whether it was corrected since is not what was sent: the PDF says only what was known when it was made.
    return pdf_response(name, "statements/document.html", context_of(found))
