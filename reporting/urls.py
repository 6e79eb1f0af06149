"""Addresses of the books."""

from django.urls import path

from reporting.views.account import account
from reporting.views.ageing import ageing
from reporting.views.boarding import boarding_run, boarding_runs
from reporting.views.changes import changes
from reporting.views.consolidated import consolidated
from reporting.views.entry import entry
from reporting.views.explain_account import explain_account
from reporting.views.journal import journal
from reporting.views.portfolio import portfolio, portfolio_rows
from reporting.views.trial_balance import trial_balance

urlpatterns = [
    path("portfolio/changes/", changes, name="changes"),
    path("portfolio/", portfolio, name="portfolio"),
    path("portfolio/rows/", portfolio_rows, name="portfolio_rows"),
    path("books/trial-balance/", trial_balance, name="trial_balance"),
    path("books/ageing/", ageing, name="ageing"),
    path("books/accounts/<str:code>/", account, name="account"),
    path("books/accounts/<str:code>/explain/", explain_account, name="explain_account"),
    path("books/journal/", journal, name="journal"),
    path("books/entries/<int:entry_id>/", entry, name="entry"),
    path("books/consolidated/", consolidated, name="consolidated"),
    path("books/boarding/", boarding_runs, name="boarding_runs"),
    path("books/boarding/<int:run_id>/", boarding_run, name="boarding_run"),
]
