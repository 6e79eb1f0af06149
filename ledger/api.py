"""Loans for programs: where one stands on any two dates, and how a figure of it came about."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from finance.explain import as_json
from ledger.explain import LOAN_FIGURES, explain_loan
from ledger.models import Loan
from ledger.recalculation import balances, compared_on
from ledger.selectors import business_date, with_all_that_names_it
from ledger.standing import Account, position, read_account
from tenants.api import may

NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="The loan's number.")


class DatesIn(serializers.Serializer):
    """The two dates of a question."""

    as_of = serializers.DateField(required=False, help_text="At the end of which day; the open day when left out.")
    known_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="From what was known on which day; all when left out."
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        today = business_date()
        for name, on in given.items():
            if on is not None and on > today:
                raise serializers.ValidationError({name: f"This day has not come: the business date is {today}."})
        # As on a page: what was known on a day is shown as of that day.
        return {"as_of": given.get("as_of") or given["known_on"] or today, "known_on": given["known_on"]}


class ComparedOut(serializers.Serializer):
    """One balance as posted and as replayed."""

    what = serializers.CharField()
    posted = serializers.DecimalField(max_digits=20, decimal_places=2)
    replayed = serializers.DecimalField(max_digits=20, decimal_places=2)
    difference = serializers.DecimalField(max_digits=20, decimal_places=2)


class StandingOut(serializers.Serializer):
    """Where a loan stands, by its events."""

    number = serializers.CharField()
    currency = serializers.CharField()
    as_of = serializers.DateField()
    known_on = serializers.DateField(allow_null=True)
    owed = serializers.DecimalField(max_digits=20, decimal_places=2, help_text="Principal, interest and fees.")
    principal = serializers.DecimalField(max_digits=20, decimal_places=2)
    interest = serializers.DecimalField(max_digits=20, decimal_places=2)
    fees = serializers.DecimalField(max_digits=20, decimal_places=2)
    held = serializers.DecimalField(max_digits=20, decimal_places=2, help_text="Money of the borrower's, not applied.")
    rate = serializers.DecimalField(max_digits=12, decimal_places=6)
    past_due = serializers.DecimalField(max_digits=20, decimal_places=2)
    days_past_due = serializers.IntegerField()
    next_due_on = serializers.DateField(allow_null=True)
    compared_on = serializers.DateField(help_text="The last day up to which interest is posted.")
    books = ComparedOut(many=True, help_text="What was posted, beside the replay.")


class StepOut(serializers.Serializer):
    """A figure and what it follows from; each of its parts has the same shape."""

    label = serializers.CharField()
    value = serializers.CharField(help_text="Exact: a decimal, or numerator/denominator.")
    shown = serializers.CharField()
    unit = serializers.CharField()
    rule = serializers.CharField(help_text='How it follows from its parts; "given" when it was put in.')
    detail = serializers.DictField(child=serializers.CharField(), required=False)
    parts = serializers.ListField(child=serializers.DictField(), required=False)


class LoanStanding(APIView):
    """Where a loan stands on any day, as known on any day."""

    permission_classes = [may("ledger.view_loan")]

    @extend_schema(
        operation_id="loan_standing", summary="Where a loan stands", parameters=[NUMBER, DatesIn], responses=StandingOut
    )
    def get(self, request: Request, number: str) -> Response:
        """Its balances by replaying its events, beside what was posted."""
        account, dates = asked(request, number)
        at = position(account, **dates)
        on = compared_on(account, dates["as_of"])
        found = {
            **dates,
            "number": account.loan.number,
            "currency": account.loan.currency,
            "owed": at.payoff,
            "principal": at.state.principal,
            "interest": at.state.interest,
            "fees": at.state.fees,
            "held": at.state.unapplied,
            "rate": at.state.rate,
            "past_due": at.arrears.past_due_amount,
            "days_past_due": at.arrears.dpd,
            "next_due_on": at.arrears.next_due_date,
            "compared_on": on,
            "books": balances(account, as_of=on, known_on=dates["known_on"]),
        }
        return Response(StandingOut(found).data)


class LoanFigure(APIView):
    """How one figure of a loan came about."""

    permission_classes = [may("ledger.view_loan")]

    @extend_schema(
        operation_id="explain_loan",
        summary="How a figure of a loan came about",
        parameters=[
            NUMBER,
            OpenApiParameter("what", str, OpenApiParameter.PATH, enum=list(LOAN_FIGURES), description="Which figure."),
            DatesIn,
        ],
        responses=StepOut,
    )
    def get(self, request: Request, number: str, what: str) -> Response:
        """The tree of events, days, rates and rounding that adds up to it again."""
        if what not in LOAN_FIGURES:
            raise Http404
        account, dates = asked(request, number)
        return Response(as_json(explain_loan(account, what, **dates)))


def asked(request: Request, number: str) -> tuple[Account, dict[str, Any]]:
    """The loan and the two dates of a question. 404 and 400 for what is not there or makes no sense."""
    given = DatesIn(data=request.query_params.dict())
    given.is_valid(raise_exception=True)
    try:
        loan = with_all_that_names_it().get(number=number)
    except Loan.DoesNotExist:
        raise Http404 from None
    return read_account(loan), given.validated_data
