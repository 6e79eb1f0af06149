"""Addresses. Each place lists its own pages; this file puts them together, with the pages that span places."""

from django.contrib import admin
from django.urls import include, path

from lending.views.api_reference import ApiSchema, api_reference
from lending.views.components import components
from lending.views.find import find_anything
from lending.views.home import home
from lending.views.list_file import list_file, order_file
from lending.views.night import advance_clock, night, night_progress, pause, prove_now, resume, try_loan_again
from lending.views.page_help import page_help
from lending.views.party import party
from lending.views.portal_documents import portal_documents
from lending.views.portal_home import portal_home
from lending.views.saved_views import save_view, saved_view
from lending.views.signed_in import signed_in
from lending.views.tax_number import tax_number
from lending.views.tour import tour
from lending.views.work import work, work_mark, work_progress

urlpatterns = [
    path("", home, name="home"),
    path("", include("ledger.urls")),
    path("", include("servicing.payments.urls")),
    path("", include("servicing.payoffs.urls")),
    path("", include("servicing.statements.urls")),
    path("", include("origination.urls")),
    path("", include("reporting.urls")),
    path("books/night/", night, name="night"),
    path("books/night/progress/", night_progress, name="night_progress"),
    path("books/night/advance/", advance_clock, name="advance_clock"),
    path("books/night/pause/", pause, name="pause_night"),
    path("books/night/resume/", resume, name="resume_night"),
    path("books/night/exceptions/<int:exception_id>/try-again/", try_loan_again, name="try_loan_again"),
    path("books/night/prove/", prove_now, name="prove_now"),
    path("parties/<int:party_id>/", party, name="party"),
    path("parties/<int:party_id>/tax-number/", tax_number, name="tax_number"),
    path("work/", work, name="work"),
    path("work/progress/", work_progress, name="work_progress"),
    path("work/mark/", work_mark, name="work_mark"),
    path("work/files/", order_file, name="order_file"),
    path("work/files/<int:file_id>/", list_file, name="list_file"),
    path("tour/", tour, name="tour"),
    path("signed-in/", signed_in, name="signed_in"),
    path("help/<str:page>/", page_help, name="page_help"),
    path("find/", find_anything, name="find"),
    path("views/save/", save_view, name="save_view"),
    path("views/<int:view_id>/", saved_view, name="saved_view"),
    path("portal/", portal_home, name="portal_home"),
    path("portal/documents/", portal_documents, name="portal_documents"),
    path("staff/components/", components, name="components"),
    path("api/v1/schema/", ApiSchema.as_view(), name="api_schema"),
    path("api/v1/docs/", api_reference, name="api_reference"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
