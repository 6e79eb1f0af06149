"""Addresses of payoff letters: the borrower's, staff's, and the one where anybody checks a code."""

from django.urls import path

from servicing.payoffs.views.check_letter import check, check_letter
from servicing.payoffs.views.payoff_letter import (
    loan_payoff_effect,
    loan_payoff_letter,
    loan_payoff_letter_made,
    loan_payoff_letter_pdf,
    payoff_effect,
    payoff_letter,
    payoff_letter_made,
    payoff_letter_pdf,
)

PORTAL, STAFF = "portal/loans/<str:number>", "loans/<str:number>"

urlpatterns = [
    path(f"{PORTAL}/payoff-letter/", payoff_letter, name="payoff_letter"),
    path(f"{PORTAL}/payoff-letter/effect/", payoff_effect, name="payoff_effect"),
    path(f"{PORTAL}/payoff-letter/<int:letter_id>/", payoff_letter_made, name="payoff_letter_made"),
    path(f"{PORTAL}/payoff-letter/<int:letter_id>/pdf/", payoff_letter_pdf, name="payoff_letter_pdf"),
    path(f"{STAFF}/payoff-letter/", loan_payoff_letter, name="loan_payoff_letter"),
    path(f"{STAFF}/payoff-letter/effect/", loan_payoff_effect, name="loan_payoff_effect"),
    path(f"{STAFF}/payoff-letter/<int:letter_id>/", loan_payoff_letter_made, name="loan_payoff_letter_made"),
    path(f"{STAFF}/payoff-letter/<int:letter_id>/pdf/", loan_payoff_letter_pdf, name="loan_payoff_letter_pdf"),
    path("check/", check, name="check"),
    path("check/<str:code>/", check_letter, name="check_letter"),
]
