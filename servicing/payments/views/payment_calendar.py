"""The borrower's payments on a calendar, as a list beside what happened, and as a file for one's own calendar."""

import re
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from finance.calendars import add_months
from ledger.selectors import business_date
from ledger.standing import read_account
from ledger.views.common import needs, person
from servicing.payments.icalendar_file import calendar_file
from servicing.payments.plan import Plan, plan_of
from servicing.payments.selectors import loans_of

MONTH = re.compile(r"(?!0000)\d{4}-(0[1-9]|1[0-2])")
# Of a long plan, so many before and after the first that is not met.
SHOWN = (3, 9)


@require_safe
@needs("payments.pay")
def payment_calendar(request: HttpRequest, number: str) -> HttpResponse:
    loan = get_object_or_404(loans_of(person(request)), number=number)
    plan = plan_of(read_account(loan), business_date())
    asked = request.GET.get("month", "")
    month = month_of(asked)
    first = min(max(month or start_of(plan), plan.first_month), plan.last_month)
    everything = "all" in request.GET
    context = {
        "loan": loan,
        "plan": plan,
        "first": first,
        "wrong": "" if month == first or not asked else asked[:20],
        "weeks": plan.month(first),
        "before": add_months(first, -1) if first > plan.first_month else None,
        "after": add_months(first, 1) if first < plan.last_month else None,
        "rows": plan.rows if everything else around_now(plan),
        "everything": everything,
    }
    return render(request, "portal/payment_calendar.html", context)


@require_safe
@needs("payments.pay")
def payment_calendar_file(request: HttpRequest, number: str) -> HttpResponse:
    """What is still to be paid, for the calendar of a phone or a computer."""
    loan = get_object_or_404(loans_of(person(request)), number=number)
    plan = plan_of(read_account(loan), business_date())
    pay_url = request.build_absolute_uri(reverse("pay", args=[loan.number]))
    content = calendar_file(plan, pay_url=pay_url, host=request.get_host().rsplit(":", 1)[0])
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="loan-payments-{loan.number[-4:]}.ics"'
    return response


def month_of(asked: str) -> date | None:
    """The first day of a month written as 2009-01; None when it is none."""
    return date.fromisoformat(f"{asked}-01") if MONTH.fullmatch(asked) else None


def start_of(plan: Plan) -> date:
    """The month that is opened first: that of the next payment, or else today's."""
    on: date = plan.at.arrears.next_due_date or plan.at.as_of
    return max(on, plan.at.as_of).replace(day=1)


def around_now(plan: Plan) -> tuple[Any, ...]:
    before, after = SHOWN
    first = next((k for k, row in enumerate(plan.rows) if row.standing.state != "met"), len(plan.rows))
    start = max(0, min(first - before, len(plan.rows) - before - after))
    return plan.rows[start : start + before + after]
