"""Addresses of statements: the borrower's, and staff's."""

from django.urls import path

from servicing.statements.views.loan_documents import loan_documents
from servicing.statements.views.statement import loan_statement, loan_statement_pdf, statement, statement_pdf
from servicing.statements.views.statements_touched import statements_touched

urlpatterns = [
    path("portal/loans/<str:number>/statements/<int:statement_id>/", statement, name="statement"),
    path("portal/loans/<str:number>/statements/<int:statement_id>/pdf/", statement_pdf, name="statement_pdf"),
    path("loans/<str:number>/statements-touched/", statements_touched, name="statements_touched"),
    path("loans/<str:number>/documents/", loan_documents, name="loan_documents"),
    path("loans/<str:number>/statements/<int:statement_id>/", loan_statement, name="loan_statement"),
    path("loans/<str:number>/statements/<int:statement_id>/pdf/", loan_statement_pdf, name="loan_statement_pdf"),
]
