"""Addresses of loans and what can be done to them."""

from django.urls import path

from ledger.api import LoanFigure, LoanStanding
from ledger.general_ledger_urls import urlpatterns as general_ledger
from ledger.views.act import act, effect
from ledger.views.acts import ACTS
from ledger.views.allocation import allocation
from ledger.views.balance_over_time import balance_over_time
from ledger.views.explain import explain_figure
from ledger.views.loan import loan
from ledger.views.loan_event import loan_event
from ledger.views.loans import loans
from ledger.views.proof import difference, law, proof, sealed_days, verifier
from ledger.views.recalculation import recalculation
from ledger.views.reverse_event import reverse_event
from ledger.views.what_if import add_scenario, commit, drop_scenario, look_again, propose, remove_act, what_if, withdraw
from ledger.views.what_if_act import what_if_act, what_if_effect
from ledger.views.what_ifs import what_ifs

urlpatterns = [
    *general_ledger,
    path("loans/", loans, name="loans"),
    path("loans/<str:number>/", loan, name="loan"),
    path("loans/<str:number>/allocation/", allocation, name="allocation"),
    path("loans/<str:number>/balance-over-time/", balance_over_time, name="balance_over_time"),
    path("loans/<str:number>/recalculation/", recalculation, name="recalculation"),
    path("loans/<str:number>/explain/<str:what>/", explain_figure, name="explain_figure"),
    path("loans/<str:number>/events/<int:event_id>/", loan_event, name="loan_event"),
    path("loans/<str:number>/events/<int:event_id>/reverse/", reverse_event, name="reverse_event"),
    path("books/proof/", proof, name="proof"),
    path("books/proof/laws/<str:code>/", law, name="proof_law"),
    path("books/proof/differences/<int:difference_id>/", difference, name="difference"),
    path("books/proof/sealed-days/", sealed_days, name="sealed_days"),
    path("books/proof/verifier/", verifier, name="verifier"),
    path("api/v1/loans/<str:number>/", LoanStanding.as_view(), name="api_loan"),
    path("api/v1/loans/<str:number>/explain/<str:what>/", LoanFigure.as_view(), name="api_explain_loan"),
]
fork = "loans/<str:number>/what-if/<int:fork_id>/"
scenario = f"{fork}scenarios/<int:scenario>/"
urlpatterns += [
    path("loans/<str:number>/what-if/", what_ifs, name="what_ifs"),
    path(fork, what_if, name="what_if"),
    path(f"{fork}scenarios/", add_scenario, name="what_if_add_scenario"),
    path(f"{scenario}drop/", drop_scenario, name="what_if_drop_scenario"),
    path(f"{scenario}act/", what_if_act, name="what_if_act"),
    path(f"{scenario}act/effect/", what_if_effect, name="what_if_effect"),
    path(f"{scenario}act/remove/", remove_act, name="what_if_remove_act"),
    path(f"{fork}propose/", propose, name="what_if_propose"),
    path(f"{fork}look-again/", look_again, name="what_if_look_again"),
    path(f"{fork}withdraw/", withdraw, name="what_if_withdraw"),
    path(f"{fork}commit/", commit, name="what_if_commit"),
]
for name in ACTS:
    address = f"loans/<str:number>/{name.replace('_', '-')}/"
    urlpatterns += [
        path(address, act, {"name": name}, name=name),
        path(f"{address}effect/", effect, {"name": name}, name=f"{name}_effect"),
    ]
