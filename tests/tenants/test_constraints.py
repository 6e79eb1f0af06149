"""What the database keeps true beside the books, each rule broken once by a right row with one thing wrong."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connections, transaction

from tenants.current import tenant_context
from tests.conftest import make_tenant
from tests.tenants.populate import populate

NOON = datetime(2008, 12, 31, 12, tzinfo=UTC)
ANOTHER_LETTER = {"key": "another", "code": "2" * 20}
ANOTHER_STATEMENT = {"version": 1, "corrects_id": None, "why": "", "ends_on": date(2008, 12, 30)}
# constraint: the model, and what is wrong (or must differ so that nothing else is).
BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    # The last account made is one between companies.
    "account_between_companies": ("ledger.Account", {"code": "another", "counterparty_id": None}),
    "account_code_once": ("ledger.Account", {"role": "another", "counterparty_id": None}),
    "account_counterparty_once": ("ledger.Account", {"code": "another"}),
    "account_role_once": (
        "ledger.Account",
        {"code": "another", "role": "cash", "is_default": True, "counterparty_id": None},
    ),
    "account_kind_known": (
        "ledger.Account",
        {"role": "another", "code": "another", "kind": "wish", "counterparty_id": None},
    ),
    "address_lower_case": ("tenants.Address", {"host": "Upper.example"}),
    "application_event_key_once": ("origination.ApplicationEvent", {}),
    "application_event_kind_known": ("origination.ApplicationEvent", {"key": "another", "kind": "hoped"}),
    "application_number_once": ("origination.Application", {}),
    "boarding_row_outcome_known": ("ledger.BoardingRow", {"outcome": "ignored"}),
    "chunk_once": ("ledger.NightChunk", {}),
    "difference_open_once": ("ledger.Difference", {}),
    "difference_owned_whole": ("ledger.Difference", {"what": "another", "owned_at": NOON}),
    "difference_resolved_whole": ("ledger.Difference", {"what": "another", "resolved_at": NOON}),
    "export_batch_balances": ("ledger.ExportBatch", {"key": "another", "number": 99, "debits": D("1.00")}),
    "export_batch_key_once": ("ledger.ExportBatch", {"number": 99}),
    "export_batch_once": ("ledger.ExportBatch", {"key": "another"}),
    "export_detail_known": ("ledger.ExportBatch", {"key": "another", "number": 99, "detail": "hope"}),
    "export_receipt_not_negative": ("ledger.ExportReceipt", {"debits": D("-1.00")}),
    "export_target_known": ("ledger.ExportBatch", {"key": "another", "number": 99, "target": "abacus"}),
    "export_void_has_reason": ("ledger.ExportBatch", {"key": "another", "number": 99, "voids_id": 1}),
    "fork_decided_by_somebody": ("ledger.Fork", {"decided_on": date(2009, 1, 1)}),
    "fork_has_a_title": ("ledger.Fork", {"title": ""}),
    "fork_proposed_whole": ("ledger.Fork", {"chosen": 1}),
    "fork_state_known": ("ledger.Fork", {"state": "hoped"}),
    "gl_mapping_approved_whole": ("ledger.GLMapping", {"number": 99, "approved_at": datetime(2009, 1, 1, tzinfo=UTC)}),
    "gl_mapping_fee_kind_known": ("ledger.GLMappingLine", {"fee_kind": "hope"}),
    "gl_mapping_kind_is_of_fees": ("ledger.GLMappingLine", {"fee_kind": "fee"}),
    "gl_mapping_line_once": ("ledger.GLMappingLine", {}),
    "gl_mapping_once": ("ledger.GLMapping", {}),
    "gl_mapping_status_known": ("ledger.GLMappingLine", {"status": "asleep"}),
    "inter_company_amount_positive": ("ledger.InterCompany", {"amount": D("0.00")}),
    "inter_company_has_reason": ("ledger.InterCompany", {"reason": ""}),
    "inter_company_kind_known": ("ledger.InterCompany", {"kind": "hoped"}),
    "inter_company_reversal_has_target": ("ledger.InterCompany", {"kind": "reversed"}),
    "legal_entity_fiscal_month": ("tenants.LegalEntity", {"name": "another", "fiscal_year_ends_in": 13}),
    "payoff_letter_amount_positive": ("payoffs.PayoffLetter", {**ANOTHER_LETTER, "amount": D("0.00")}),
    "payoff_letter_code_of_100_bits": ("payoffs.PayoffLetter", {"key": "another", "code": "2" * 19}),
    "payoff_letter_code_once": ("payoffs.PayoffLetter", {"key": "another"}),
    "payoff_letter_digest": ("payoffs.PayoffLetter", {**ANOTHER_LETTER, "sha256": "x"}),
    "payoff_letter_key_once": ("payoffs.PayoffLetter", {"code": "2" * 20}),
    "payoff_letter_not_expired": ("payoffs.PayoffLetter", {**ANOTHER_LETTER, "good_through": date(2008, 1, 1)}),
    "period_event_kind_known": ("ledger.PeriodEvent", {"kind": "melted"}),
    "period_event_reopened_by_request": ("ledger.PeriodEvent", {"kind": "reopened"}),
    "period_tick_has_note": ("ledger.PeriodTick", {"note": ""}),
    "reopen_decision_known": ("ledger.ReopenRequest", {"decision": "maybe"}),
    "reopen_request_decided_whole": ("ledger.ReopenRequest", {"decision": "approved"}),
    "reopen_request_has_reason": ("ledger.ReopenRequest", {"reason": ""}),
    "reopen_request_one_open": ("ledger.ReopenRequest", {}),
    "entry_total_positive": ("ledger.Entry", {"key": "another", "total": D("0.00")}),
    "identifier_kind_known": ("parties.Identifier", {"kind": "nickname"}),
    "identifier_kind_once": ("parties.Identifier", {}),
    "index_rate_once": ("ledger.IndexRate", {}),
    "instalment_amount_not_negative": ("ledger.Instalment", {"version": 9, "amount": D("-0.01")}),
    "instalment_once": ("ledger.Instalment", {}),
    "late_loan_once": ("ledger.LateLoan", {}),
    "legal_entity_currency_iso": ("tenants.LegalEntity", {"name": "another", "currency": "usd"}),
    "legal_entity_name_once": ("tenants.LegalEntity", {}),
    "month_movement_once": ("ledger.MonthMovement", {}),
    "movement_fold_once": ("ledger.MovementFold", {}),
    "movement_once": ("ledger.Movement", {}),
    "name_key_once": ("parties.NameKey", {}),
    "loan_month_bucket_known": ("ledger.LoanMonth", {"bucket": "30-60"}),
    "loan_month_counts_one": ("ledger.LoanMonth", {"loans": 2}),
    "loan_month_dpd_not_negative": ("ledger.LoanMonth", {"dpd": -1}),
    "loan_month_not_known_ahead": ("ledger.LoanMonth", {"known_on": date(2000, 1, 1)}),
    "loan_month_was_known": ("ledger.LoanMonth", {"was": "late"}),
    "portfolio_fold_once": ("ledger.PortfolioFold", {}),
    "portfolio_measure_known": ("ledger.PortfolioSum", {"measure": "hope"}),
    "portfolio_sum_once": ("ledger.PortfolioSum", {}),
    "night_exception_once": ("ledger.NightException", {}),
    "offer_adds_up": ("origination.Offer", {"number": 99, "total_of_payments": D("1.00")}),
    "offer_dates_order": ("origination.Offer", {"number": 99, "good_through": date(2000, 1, 1)}),
    "offer_number_once": ("origination.Offer", {}),
    "offer_positive": ("origination.Offer", {"number": 99, "months": 0}),
    "offer_rate_adds_up": ("origination.Offer", {"number": 99, "margin": D("99")}),
    "party_change_field_known": ("parties.PartyChange", {"field": "shoe_size"}),
    "party_change_has_a_reason": ("parties.PartyChange", {"because": ""}),
    "party_change_is_masked": ("parties.PartyChange", {"field": "ssn", "now": "219099999"}),
    "party_change_is_one": ("parties.PartyChange", {"was": "same", "now": "same"}),
    "party_has_a_name": ("parties.Party", {"name": ""}),
    "party_kind_known": ("parties.Party", {"kind": "robot"}),
    "period_ends_after_start": ("ledger.Period", {"starts_on": date(2030, 1, 2), "ends_on": date(2030, 1, 1)}),
    "period_once": ("ledger.Period", {}),
    "product_code_once": ("ledger.Product", {}),
    "product_version_once": ("ledger.ProductVersion", {}),
    "proof_law_known": ("ledger.Proof", {"law": "hope"}),
    "list_file_format_known": ("tenants.ListFile", {"format": "pdf"}),
    "list_file_is_whole": ("tenants.ListFile", {"kept_until": None}),
    "list_file_piece_once": ("tenants.ListFilePiece", {}),
    "long_work_by_a_person": ("tenants.LongWork", {"key": "another", "source": "night"}),
    "long_work_done_in_total": ("tenants.LongWork", {"key": "another", "done": 2}),
    "long_work_ends_whole": ("tenants.LongWork", {"key": "another", "finished_at": None}),
    "long_work_kind_known": ("tenants.LongWork", {"key": "another", "kind": "hope"}),
    "long_work_once": ("tenants.LongWork", {}),
    "saved_view_has_a_name": ("tenants.SavedView", {"name": ""}),
    "saved_view_name_once": ("tenants.SavedView", {"is_default": False}),
    "saved_view_one_default": ("tenants.SavedView", {"name": "another"}),
    "scenario_has_a_title": ("ledger.Scenario", {"number": 3, "title": ""}),
    "scenario_number_in_reach": ("ledger.Scenario", {"number": 5}),
    "scenario_once": ("ledger.Scenario", {}),
    "seal_block_once": ("ledger.SealBlock", {}),
    "seal_once": ("ledger.Seal", {}),
    "seal_root_is_sha256": ("ledger.Seal", {"business_date": date(2030, 1, 1), "root": "x" * 64}),
    "tape_boarded_once": ("ledger.BoardingRun", {}),
    "statement_adds_up": ("statements.Statement", {**ANOTHER_STATEMENT, "closing": D("1.00")}),
    "statement_after_its_period": ("statements.Statement", {**ANOTHER_STATEMENT, "made_on": date(2008, 12, 30)}),
    "statement_correction_says_why": ("statements.Statement", {**ANOTHER_STATEMENT, "version": 2}),
    "statement_digest": ("statements.Statement", {**ANOTHER_STATEMENT, "sha256": "x"}),
    "statement_of_a_period": ("statements.Statement", {**ANOTHER_STATEMENT, "starts_on": date(2009, 1, 31)}),
    "statement_once": ("statements.Statement", {"corrects_id": None, "why": "", "version": 1}),
    "user_email_lower_case": ("tenants.User", {"email": "Upper@example.com"}),
    "user_email_once": ("tenants.User", {}),
    "user_roles_known": ("tenants.User", {"email": "another@example.com", "roles": ["queen"]}),
}


@pytest.fixture(scope="module")
def tenant_id(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """A tenant with a row in every table."""
    from tests import database
    from tests.conftest import point_to

    before = connections.settings["default"]["NAME"]
    with database.clone(f"{before}_constraints") as name, django_db_blocker.unblock():
        point_to(name)
        tenant = make_tenant()
        populate(tenant)
        yield tenant.pk
        connections.close_all()
        point_to(before)


@pytest.mark.parametrize("constraint", BROKEN)
def test_a_row_that_breaks_the_rule_is_refused(tenant_id: int, constraint: str) -> None:
    label, wrong = BROKEN[constraint]
    model = apps.get_model(label)
    with tenant_context(tenant_id):
        right = model.objects.order_by("-pk").values().first()
        copied = {name: value for name, value in right.items() if name != "id"}
        before = model.objects.count()
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            model(**copied | wrong).save(force_insert=True)
        assert model.objects.count() == before
