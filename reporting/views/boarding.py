"""Tapes of loans that were boarded, and each one's tie-out: what the tape says beside what the books say."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from ledger.models import BoardingRow, BoardingRun
from ledger.views.common import needs
from ledger.views.lists import answer
from ledger.words import in_words
from reporting.lists import BOARDING_ROWS, BOARDING_RUNS


@require_safe
@needs("ledger.view_boarding")
def boarding_runs(request: HttpRequest) -> HttpResponseBase:
    return answer(request, BOARDING_RUNS, BoardingRun.objects.all(), "reporting/boarding_runs.html", {})


@require_safe
@needs("ledger.view_boarding")
def boarding_run(request: HttpRequest, run_id: int) -> HttpResponseBase:
    run = get_object_or_404(BoardingRun.objects.select_related("by", "product_version__product"), pk=run_id)
    context = {
        "run": run,
        "ties": all(not row_differs(row) for row in run.tie_out),
        "measures": [row["measure"] for row in run.tie_out],
        "refused_by_rule": refused_by_rule(run.tie_out),
    }
    rules = dict(rules_of(run))
    rows = BoardingRow.objects.filter(run=run)
    return answer(request, BOARDING_ROWS, rows, "reporting/boarding_run.html", context, choices={"rule": rules})


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
