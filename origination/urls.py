"""Origination's pages: the underwriter's under /applications/, the applicant's under /portal/."""

from django.urls import path

from origination.calculator.api import CalculatorView
from origination.calculator.views import calculator, portal_calculator
from origination.views.agreement import application_agreement, portal_agreement
from origination.views.application import application, application_review
from origination.views.applications import applications
from origination.views.apply import apply, apply_check, apply_step
from origination.views.approve import application_approve, application_price
from origination.views.decline import application_decline
from origination.views.portal_application import portal_application, portal_offer, portal_withdraw
from origination.views.release import application_release

urlpatterns = [
    path("applications/", applications, name="applications"),
    path("applications/<str:number>/", application, name="application"),
    path("applications/<str:number>/review/", application_review, name="application_review"),
    path("applications/<str:number>/approve/", application_approve, name="application_approve"),
    path("applications/<str:number>/price/", application_price, name="application_price"),
    path("applications/<str:number>/decline/", application_decline, name="application_decline"),
    path("applications/<str:number>/release/", application_release, name="application_release"),
    path("applications/<str:number>/agreement/", application_agreement, name="application_agreement"),
    path("calculator/", calculator, name="calculator"),
    path("portal/calculator/", portal_calculator, name="portal_calculator"),
    path("api/v1/calculator/", CalculatorView.as_view(), name="api_calculator"),
    path("portal/apply/", apply, name="apply"),
    path("portal/apply/check/", apply_check, name="apply_check"),
    path("portal/apply/<str:step>/", apply_step, name="apply_step"),
    path("portal/applications/<str:number>/", portal_application, name="portal_application"),
    path("portal/applications/<str:number>/offer/", portal_offer, name="portal_offer"),
    path("portal/applications/<str:number>/agreement/", portal_agreement, name="portal_agreement"),
    path("portal/applications/<str:number>/withdraw/", portal_withdraw, name="portal_withdraw"),
]
