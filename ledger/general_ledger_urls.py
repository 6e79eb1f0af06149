"""Addresses of the general ledger: months, the mapping, companies and exports."""

from django.urls import path

from ledger.views.companies import companies, companies_effect, take_back_companies
from ledger.views.exports import export_batch, export_file, exports, reconciliation
from ledger.views.mapping import chart, draft_gl_mapping, gl_mapping, gl_mappings
from ledger.views.periods import period, periods

urlpatterns = [
    path("books/periods/", periods, name="periods"),
    path("books/periods/<int:period_id>/", period, name="period"),
    path("books/chart/", chart, name="chart"),
    path("books/mapping/", gl_mappings, name="gl_mappings"),
    path("books/mapping/draft/", draft_gl_mapping, name="draft_gl_mapping"),
    path("books/mapping/<int:mapping_id>/", gl_mapping, name="gl_mapping"),
    path("books/companies/", companies, name="companies"),
    path("books/companies/effect/", companies_effect, name="companies_effect"),
    path("books/companies/<int:posting_id>/take-back/", take_back_companies, name="take_back_companies"),
    path("books/exports/", exports, name="exports"),
    path("books/exports/reconciliation/", reconciliation, name="reconciliation"),
    path("books/exports/<int:batch_id>/", export_batch, name="export_batch"),
    path("books/exports/<int:batch_id>/file/", export_file, name="export_file"),
]
