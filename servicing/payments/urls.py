"""Addresses of the borrower's payments."""

from django.urls import path

from servicing.payments.views.pay import pay, pay_effect
from servicing.payments.views.payment_calendar import payment_calendar, payment_calendar_file
from servicing.payments.views.payment_receipt import payment_receipt, payment_receipt_pdf
from servicing.payments.views.payments import payments

LOAN = "portal/loans/<str:number>"

urlpatterns = [
    path(f"{LOAN}/pay/", pay, name="pay"),
    path(f"{LOAN}/pay/effect/", pay_effect, name="pay_effect"),
    path(f"{LOAN}/payments/", payments, name="payments"),
    path(f"{LOAN}/payments/<int:event_id>/", payment_receipt, name="payment_receipt"),
    path(f"{LOAN}/payments/<int:event_id>/pdf/", payment_receipt_pdf, name="payment_receipt_pdf"),
    path(f"{LOAN}/calendar/", payment_calendar, name="payment_calendar"),
    path(f"{LOAN}/calendar.ics", payment_calendar_file, name="payment_calendar_file"),
]
