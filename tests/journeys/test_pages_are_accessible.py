"""Every page there is, as somebody who may open it: wide and narrow, light and dark.

A page is a URL name. Each stands in PAGES with the role that opens it, or in LEFT_OUT with the reason; a new one that
stands in neither fails. What a page is opened with comes from a lender that has a row in every table.
"""

from collections.abc import Callable, Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.journeys.conftest import PASSWORD, Running, sign_in
from tests.journeys.looks import NARROW, WIDE, wrong_with

# What is looked at, one after the other: the dark differs in its colours alone, and the narrow page has the same.
LOOKS = [(WIDE, "light"), (NARROW, "light"), (WIDE, "dark")]
HERE = "localhost"

# Part, which runs by itself -> role, "" for a stranger -> names of URLs.
PAGES: dict[str, dict[str, list[str]]] = {
    "the door and the portal": {
        "": [
            "account_login", "account_signup", "account_reset_password", "account_reset_password_done",
            "account_reset_password_from_key", "account_reset_password_from_key_done", "account_confirm_email",
            "account_email_verification_sent", "account_inactive", "portal_calculator", "check", "check_letter",
            "api_reference",
        ],
        "borrower": [
            "portal_home", "portal_documents", "pay", "payments", "payment_receipt", "payment_calendar",
            "payoff_letter", "payoff_letter_made", "statement", "apply", "apply_check", "apply_step",
            "portal_application", "portal_agreement", "portal_offer", "account_email", "account_change_password",
            "account_logout", "mfa_index", "mfa_activate_totp", "account_reauthenticate",
        ],
    },
    "a loan": {
        "operations": [
            "loans", "loan", "allocation", "balance_over_time", "recalculation", "explain_figure", "loan_event",
            "reverse_event", "what_ifs", "what_if", "what_if_act", "loan_payoff_letter", "loan_payoff_letter_made",
            "loan_documents", "loan_statement", "take_payment", "charge_fee", "waive_fee", "change_rate",
            "charge_off", "receive_recovery", "take_payoff", "apply_credit", "refund_credit", "receive_escrow",
            "disburse_escrow", "draw_funds", "capitalise", "place_on_nonaccrual", "restore_accrual",
            "write_off_small_balance", "recast_loan", "change_rate_and_payment", "extend_loan", "defer_instalments",
            "change_due_day", "re_amortise_loan", "party", "tax_number", "find", "page_help", "saved_view",
        ],
        "portfolio_manager": ["re_age_loan", "sell_loan", "buy_back_loan", "restructure_loan", "transfer_loan"],
    },
    "the books": {
        "underwriter": [
            "home", "applications", "application", "application_approve", "application_decline",
            "application_agreement", "calculator", "components",
        ],
        "operations": [
            "application_release", "period", "draft_gl_mapping", "companies", "take_back_companies", "night", "work",
            "boarding_runs", "boarding_run",
        ],
        "portfolio_manager": [
            "home", "portfolio", "portfolio_rows", "changes", "trial_balance", "consolidated", "ageing", "account",
            "explain_account", "journal", "entry", "periods", "chart", "gl_mappings", "gl_mapping", "exports",
            "export_batch", "reconciliation", "proof", "proof_law", "difference",
        ],
    },
}  # fmt: skip
LEFT_OUT = {
    "a file, or what a program reads": [
        "api_calculator", "api_explain_loan", "api_loan", "api_schema", "payment_calendar_file", "export_file",
        "list_file",
        "signed_in", "verifier", "sealed_days", "loan_payoff_letter_pdf", "loan_statement_pdf", "payment_receipt_pdf",
        "payoff_letter_pdf", "statement_pdf", "mfa_download_recovery_codes",
    ],
    "sent by a button, and answers with another page": [
        "application_review", "advance_clock", "pause_night", "portal_withdraw", "prove_now", "resume_night",
        "order_file", "save_view", "tour", "try_loan_again", "what_if_add_scenario", "what_if_commit",
        "what_if_drop_scenario", "what_if_look_again", "what_if_propose", "what_if_remove_act", "what_if_withdraw",
    ],
    "part of a page, which is looked at with it": [
        "application_price", "night_progress", "pay_effect", "payoff_effect", "loan_payoff_effect",
        "statements_touched", "what_if_effect", "work_mark", "work_progress",
    ],
    "nobody's: a password is always set, and no code is sent by mail": [
        "account_set_password", "account_confirm_login_code",
    ],
    "only within a sign-in or with a second factor, whose forms are the same": [
        "mfa_authenticate", "mfa_reauthenticate", "mfa_deactivate_totp", "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
    ],
}  # fmt: skip
QUERIES = {
    "calculator": "?amount=300000&term=30&term_unit=years&rate=6.5&extra=200&explain=7",
    "portal_calculator": "?amount=300000&term=30&term_unit=years&rate=6.5&extra=200&explain=7",
    "what_if_act": "?act=reverse_event",
    "allocation": "?amount=500.00",
    "find": "?q=1",
    "portfolio_rows": "?what=bucket&month=2008-12-31&key=current",
    "changes": "?day=2008-12-31&what=funded",
}
# Their template is that of a page that is looked at from all sides, or Django's own: once is enough.
ALIKE = {
    "waive_fee", "change_rate", "charge_off", "receive_recovery", "take_payoff", "apply_credit", "refund_credit",
    "receive_escrow", "disburse_escrow", "draw_funds", "capitalise", "place_on_nonaccrual", "restore_accrual",
    "write_off_small_balance", "recast_loan", "change_rate_and_payment", "extend_loan", "defer_instalments",
    "change_due_day", "re_amortise_loan", "sell_loan", "buy_back_loan", "transfer_loan",
}  # fmt: skip
# Their addresses lead on by themselves: to where the draft is, and to the list with the view's filters.
LEADS_ON = {"apply", "saved_view"}

# One of each kind of control shows that it has the focus; and nothing moves for somebody who asked for stillness.
MANNERS = """() => {
  const found = [];
  const kinds = new Map();
  const able = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  for (const one of document.querySelectorAll(able))
    if (!one.disabled && one.checkVisibility({ visibilityProperty: true }))
      kinds.set([one.tagName, one.type, one.className].join(" "), one);
  for (const [kind, one] of kinds) {
    one.focus({ preventScroll: true, focusVisible: true });
    if (document.activeElement !== one) continue;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
    const outlined = outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
    if (!outlined && boxShadow === "none") found.push(["does not show the focus", kind]);
  }
  document.activeElement.blur();
  for (const one of document.querySelectorAll("body *")) {
    const { animationName, transitionDuration } = getComputedStyle(one);
    const moves = transitionDuration.split(",").some((time) => parseFloat(time) > 0.001);
    if (animationName !== "none" || moves) { found.push(["moves", one.tagName + "." + one.className]); break; }
  }
  return found;
}"""


@pytest.fixture
def lender(running: Running) -> Any:
    """A lender with a row in every table, and people with the journeys' password."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from django.contrib.auth.hashers import make_password

    from tenants.current import tenant_context
    from tenants.models import User
    from tests.conftest import make_tenant
    from tests.tenants.populate import populate

    tenant = make_tenant("Full Lending", host=HERE)
    populate(tenant)
    with tenant_context(tenant.pk):
        Authenticator.objects.all().delete()  # the second factor's own page is left out
        User.objects.update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
        for user in User.objects.filter(emailaddress=None):
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        more_applications()
    return tenant


def more_applications() -> None:
    """One in review, and one signed, of other applicants."""
    from ledger.models import ProductVersion
    from tenants.models import LegalEntity, User
    from tests.origination.conftest import Desk

    people = SimpleNamespace(**{user.roles[0]: user for user in User.objects.all()})
    desk = Desk(people, LegalEntity.objects.earliest("pk"), ProductVersion.objects.get(), count(1000))
    for state in ("in_review", "accepted"):
        name = state.replace("_", " ")
        by = User.objects.create_user(f"{state}@example.com", PASSWORD, full_name=name, roles=["borrower"], toured=True)
        desk.at(state, by)


def objects() -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """({parameter of an address: value}, {URL name: its own values})."""
    from ledger import models as ledger
    from ledger.models import LoanEvent
    from origination.models import Application
    from parties.models import Party
    from servicing.payoffs.models import PayoffLetter
    from servicing.statements.models import Statement
    from tenants.models import SavedView

    loan = ledger.Loan.objects.earliest("pk")
    letter = PayoffLetter.objects.filter(loan=loan).earliest("pk")
    application = {one.state: one.number for one in Application.objects.all()}
    usual = {
        "number": loan.number,
        "event_id": LoanEvent.objects.filter(loan=loan, kind="payment").latest("pk").pk,
        "fork_id": ledger.Fork.objects.earliest("pk").pk,
        "scenario": 1,
        "what": "payoff",
        "page": "loans",
        "view_id": SavedView.objects.earliest("pk").pk,
        "party_id": Party.objects.get(pk=loan.borrower_id).pk,
        "letter_id": letter.pk,
        "statement_id": Statement.objects.filter(loan=loan).earliest("pk").pk,
        "entry_id": ledger.Entry.objects.latest("pk").pk,
        "period_id": ledger.Period.objects.latest("pk").pk,
        "mapping_id": ledger.GLMapping.objects.latest("pk").pk,
        "posting_id": ledger.InterCompany.objects.earliest("pk").pk,
        "batch_id": ledger.ExportBatch.objects.earliest("pk").pk,
        "difference_id": ledger.Difference.objects.earliest("pk").pk,
        "run_id": ledger.BoardingRun.objects.earliest("pk").pk,
        "step": "you",
        "uidb36": "1",
        "key": "none",
    }
    in_review, signed, offered = application["in_review"], application["accepted"], application["approved"]
    own = {
        "application": {"number": signed},
        "application_approve": {"number": in_review},
        "application_decline": {"number": in_review},
        "application_release": {"number": signed},
        "application_agreement": {"number": signed},
        "portal_application": {"number": offered},
        "portal_offer": {"number": offered},
        "portal_agreement": {"number": offered},
        "check_letter": {"code": letter.code},
        "account": {"code": "1200"},
        "explain_account": {"code": "1200"},
        "proof_law": {"code": "seals_hold"},
    }
    return usual, own


def routes() -> dict[str, list[str]]:
    """{URL name: parameters of its address}, of every page but the control room's, which lists its own."""
    from django.urls import URLPattern, get_resolver

    def below(patterns: list[Any]) -> Iterator[tuple[str, list[str]]]:
        for one in patterns:
            if isinstance(one, URLPattern):
                yield str(one.name), list(one.pattern.regex.groupindex)
            elif not str(one.pattern).startswith("admin"):
                yield from below(one.url_patterns)

    return dict(below(get_resolver().url_patterns))


def addresses(names: list[str]) -> dict[str, str]:
    """{URL name: its address, with what it is opened with}."""
    from django.urls import reverse

    usual, own = objects()
    parameters = routes()
    found = {}
    for name in names:
        given = usual | own.get(name, {})
        kwargs = {parameter: given[parameter] for parameter in parameters[name]}
        found[name] = reverse(name, kwargs=kwargs) + QUERIES.get(name, "")
    return found


def control_room() -> dict[str, str]:
    """The front page, the list of each table registered there, and one row of those that can be changed there."""
    from django.contrib import admin
    from django.urls import reverse

    from tenants.control_room import Configured, LookOnly

    found = {"admin:index": reverse("admin:index")}
    for model, page in admin.site._registry.items():
        if not isinstance(page, LookOnly):
            continue  # Django's own, which nobody may open
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        found[f"{name}_changelist"] = reverse(f"{name}_changelist")
        changed_here = isinstance(page, Configured) or name == "admin:ledger_loan"
        if changed_here and (row := model._default_manager.first()):
            found[f"{name}_change"] = reverse(f"{name}_change", args=[row.pk])
    return found


def faults_of(page: Page, name: str, address: str) -> dict[Any, Any]:
    """{(page, width, colours): what is wrong with it}."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, (name, answer.status)
    if "/reauthenticate/?next=" in page.url:
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Confirm", exact=True).click()
        page.wait_for_url(f"**{address}")
    faults: dict[Any, Any] = {}
    page.evaluate(Axe().axe_script)
    for size, scheme in LOOKS[:1] if name in ALIKE or name.endswith("_changelist") else LOOKS:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        if wrong := wrong_with(page, scheme):
            faults[name, size["width"], scheme] = wrong
    if wrong := page.evaluate(MANNERS):
        faults[name, "manners"] = wrong
    return faults


def test_every_url_is_looked_at_or_left_out_for_a_reason() -> None:
    looked_at = [name for part in PAGES.values() for names in part.values() for name in names]
    left_out = [name for names in LEFT_OUT.values() for name in names]
    effects = {name for name in routes() if name.endswith("_effect")}
    assert set(looked_at) & set(left_out) == set()
    assert set(routes()) - set(looked_at) - set(left_out) - effects == set()
    assert set(looked_at) | set(left_out) <= set(routes())


@pytest.mark.parametrize("part", PAGES)
def test_no_page_has_an_accessibility_fault_or_is_wider_than_the_window(
    running: Running, lender: Any, visit: Callable[..., Page], part: str
) -> None:
    """`visit` fails the test as well when the security policy of a page is broken."""
    from tenants.current import tenant_context

    faults: dict[Any, Any] = {}
    for role, names in PAGES[part].items():
        with tenant_context(lender.pk):
            opened = addresses(names)
        page = visit(base_url=running.url.replace("127.0.0.1", HERE))
        if role:
            sign_in(page, f"{role}@example.com")
        for name, address in opened.items():
            faults |= faults_of(page, name, address)
            where = page.url.split(HERE, 1)[1].split("/", 1)[1]
            assert name in LEADS_ON or address.partition("?")[0] == f"/{where}".partition("?")[0], (name, page.url)
    assert faults == {}, faults


def test_no_page_of_the_control_room_has_an_accessibility_fault(
    running: Running, lender: Any, visit: Callable[..., Page]
) -> None:
    from tenants.current import tenant_context

    with tenant_context(lender.pk):
        opened = control_room()
    page = visit(base_url=running.url.replace("127.0.0.1", HERE))
    sign_in(page, "administrator@example.com")
    faults: dict[Any, Any] = {}
    for name, address in opened.items():
        faults |= faults_of(page, name, address)
    assert faults == {}, faults
