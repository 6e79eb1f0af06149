"""Tapes of loans that were boarded, and each one's tie-out: what the tape says beside what the books say."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ledger.models import BoardingRun
from ledger.views.common import needs
from reporting.account import in_words

ROWS = 50
OUTCOMES = {"refused": "Refused", "corrected": "Corrected"}


@require_safe
@needs("ledger.view_boarding")
def boarding_runs(request: HttpRequest) -> HttpResponse:
    page = Paginator(BoardingRun.objects.all(), ROWS).get_page(request.GET.get("page"))
    return render(request, "reporting/boarding_runs.html", {"page": page})


@require_safe
@needs("ledger.view_boarding")
def boarding_run(request: HttpRequest, run_id: int) -> HttpResponse:
    run = get_object_or_404(BoardingRun.objects.select_related("by", "product_version__product"), pk=run_id)
    outcome, rule = request.GET.get("outcome", ""), request.GET.get("rule", "")
    findings = run.findings.order_by("line", "pk")
    if outcome in OUTCOMES:
        findings = findings.filter(outcome=outcome)
    if rule:
        findings = findings.filter(rule=rule)
    context = {
        "run": run,
        "ties": all(not row_differs(row) for row in run.tie_out),
        "measures": [row["measure"] for row in run.tie_out],
        "refused_by_rule": refused_by_rule(run.tie_out),
        "rules": rules_of(run),
        "outcome": outcome,
        "rule": rule,
        "outcomes": OUTCOMES,
        "chips": [("outcome", "Outcome", OUTCOMES.get(outcome)), ("rule", "Rule", in_words(rule))],
        "page": Paginator(findings, ROWS).get_page(request.GET.get("page")),
    }
    return render(request, "reporting/boarding_run.html", context)


def rules_of(run: BoardingRun) -> list[tuple[str, str]]:
    """(code, words with the number of rows) of each rule that found something, most rows first. One query."""
    counted = run.findings.values_list("rule").annotate(number=Count("pk")).order_by("-number", "rule")
    return [(code, f"{in_words(code)}, {number:,}") for code, number in counted]


def refused_by_rule(tie_out: list[dict[str, Any]]) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """(code, words, rows, [(unit, figure) of each measure]): what `refused` is made of, measure by measure."""
    by_rule: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for row in tie_out:
        for part in row["refused_by_rule"]:
            by_rule.setdefault(part["rule"], (part["rows"], []))[1].append((row["unit"], part["amount"]))
    return [(rule, in_words(rule), rows, figures) for rule, (rows, figures) in by_rule.items()]


def row_differs(row: dict[str, Any]) -> bool:
    """Whether a line of the tie-out has a difference, in loans or in cents."""
    return bool(str(row["difference"]).strip("0.-"))
