"""Finding the application of a page."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from ledger.views.common import person
from origination.models import Application


def sent_application(number: str) -> Application:
    """One that staff may see."""
    found: Application = get_object_or_404(Application.objects.sent().listed(), number=number)
    return found


def own_application(request: HttpRequest, number: str) -> Application:
    """One of the person's own; anybody else's is not found."""
    mine = Application.objects.filter(applicant=person(request)).listed()
    found: Application = get_object_or_404(mine, number=number)
    return found
