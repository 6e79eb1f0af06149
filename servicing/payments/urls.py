"""Addresses of the borrower's payments."""

from django.urls import path

from servicing.payments.views.pay import pay, pay_effect
from servicing.payments.views.payment_receipt import payment_receipt

urlpatterns = [
    path("portal/loans/<str:number>/pay/", pay, name="pay"),
    path("portal/loans/<str:number>/pay/effect/", pay_effect, name="pay_effect"),
    path("portal/loans/<str:number>/payments/<int:event_id>/", payment_receipt, name="payment_receipt"),
]
