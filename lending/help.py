"""The help of each page: a text of docs/help/, by the page's name."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

from ledger.views.acts import ACTS

FOLDER = Path(settings.BASE_DIR) / "docs" / "help"
# Pages that share the text of another.
SHARED = {
    **dict.fromkeys(ACTS, "act"),
    **dict.fromkeys(("explain_figure", "explain_account"), "explain"),
    **dict.fromkeys(("what_ifs", "what_if_act"), "what_if"),
    **dict.fromkeys(("gl_mapping", "draft_gl_mapping"), "gl_mappings"),
    **dict.fromkeys(("proof_law", "difference", "sealed_days"), "proof"),
    **dict.fromkeys(
        ("application_approve", "application_decline", "application_release", "application_agreement"), "application"
    ),
    **dict.fromkeys(("apply_step", "apply_check"), "apply"),
    "period": "periods",
    "take_back_companies": "companies",
    "export_batch": "exports",
    "boarding_run": "boarding_runs",
    "portal_offer": "portal_application",
    "portfolio_rows": "portfolio",
    "check_letter": "check",
    "loan_statement": "loan_documents",
    **dict.fromkeys(("payoff_letter_made", "loan_payoff_letter", "loan_payoff_letter_made"), "payoff_letter"),
}
# What a borrower may read; staff read all.
PORTAL = frozenset(
    (
        *("portal_home", "pay", "payment_receipt", "payments", "payment_calendar", "payoff_letter", "portal_documents"),
        *("statement", "apply", "portal_application", "portal_agreement", "portal_calculator", "check"),
    )
)


def text_for(url_name: str | None) -> str:
    """The name of the page's text; empty where it has none."""
    name = SHARED.get(url_name or "", url_name or "")
    return name if name in texts() else ""


@cache
def texts() -> frozenset[str]:
    return frozenset(path.stem for path in FOLDER.glob("*.md"))


@cache
def written(name: str) -> SafeString:
    """The text as HTML. Raises KeyError for none.

    Markup inside a text is written out as text, and links lead to the web or to mail alone: markdown-it sees to both.
    """
    if name not in texts():
        raise KeyError(name)
    html: str = MarkdownIt("commonmark", {"html": False}).render((FOLDER / f"{name}.md").read_text())
    return SafeString(html)
