"""The calculator for programs: the questions of the page as JSON, or in the address."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from finance.explain import as_json
from finance.money import ZERO
from ledger.selectors import business_date
from origination.calculator.question import (
    ADJUSTMENT_WORDS,
    DAY_COUNT_WORDS,
    FREQUENCY_WORDS,
    LEAST_AMOUNT,
    METHODS,
    MOST_AMOUNT,
    MOST_PAYMENTS,
    MOST_RATE,
    ROUNDING_WORDS,
    TERM_UNITS,
    UNIT_WORDS,
    CannotCalculate,
    Question,
)
from origination.calculator.quote import Quote, quote
from origination.calculator.throttles import CalculationsForEverybody

EXAMPLE = {
    "amount": "10000.00",
    "term": 12,
    "rate": "12",
    "disbursed_on": "2008-12-31",
    "extra": "50.00",
    "explain": False,
}


class ExactField(serializers.DecimalField):
    """A decimal as text. A JSON number with a point has been a binary fraction on its way, and is refused."""

    default_error_messages = {"float": 'Send this as text, such as "10000.00": a JSON number is not exact.'}

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, float | bool):
            self.fail("float")
        return super().to_internal_value(data)


def money(**options: Any) -> ExactField:
    return ExactField(max_digits=18, decimal_places=2, max_value=MOST_AMOUNT, **options)


def choice(words: tuple[tuple[str, str], ...], default: str, **options: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=words, default=default, **options)


class QuestionIn(serializers.Serializer):
    """A loan to work out. What is left out is as its default says."""

    amount = money(min_value=LEAST_AMOUNT, help_text="What is lent, in dollars.")
    term = serializers.IntegerField(
        min_value=1, max_value=MOST_PAYMENTS, help_text=f"In `term_unit`; at most {MOST_PAYMENTS:,} payments."
    )
    term_unit = choice(TERM_UNITS, "months")
    rate = ExactField(
        max_digits=10, decimal_places=6, min_value=Decimal(0), max_value=MOST_RATE, help_text="Percent a year."
    )
    frequency = choice(FREQUENCY_WORDS, "monthly")
    disbursed_on = serializers.DateField(
        required=False, help_text="When the money is paid out; the lender's business date when left out."
    )
    first_due_on = serializers.DateField(
        required=False, allow_null=True, help_text="One period after the money is paid out when left out."
    )
    method = choice(METHODS, "level")
    balloon = money(
        min_value=ZERO, required=False, allow_null=True, help_text="Paid with the last payment; for `balloon`."
    )
    day_count = choice(DAY_COUNT_WORDS, "periods")
    rounding = choice(ROUNDING_WORDS, "nearest")
    payment_unit = choice(UNIT_WORDS, "0.01", help_text="What the payment is rounded to, in dollars.")
    fee = money(min_value=ZERO, default=ZERO, help_text="A prepaid finance charge, kept back from what is paid out.")
    business_days = choice(
        ADJUSTMENT_WORDS, "none", help_text="Where a payment on a day moves on which the Federal Reserve is closed."
    )
    extra = money(min_value=ZERO, default=ZERO, help_text="Paid on top of each payment.")
    extra_once = money(min_value=ZERO, default=ZERO, help_text="Paid once, with the first payment on or after its day.")
    extra_once_on = serializers.DateField(required=False, allow_null=True, help_text="The day of `extra_once`.")
    explain = serializers.BooleanField(
        default=False, help_text="Whether to say how the APR and the payment came about."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = [name for name in self.initial_data if name not in self.fields]
        if unknown:
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown}, code="unknown")
        given = {name: value for name, value in attrs.items() if value is not None and name != "explain"}
        given |= {"payment_unit": Decimal(given["payment_unit"])}
        given.setdefault("disbursed_on", self.context["today"])
        try:
            attrs["quote"] = quote(Question(**given))
        except CannotCalculate as refusal:
            raise serializers.ValidationError({refusal.field: [str(refusal)]}, code=refusal.code) from refusal
        return attrs


class PaymentOut(serializers.Serializer):
    number = serializers.IntegerField(source="k")
    date = serializers.DateField(source="pay_date", help_text="Moved off closed days where that was asked for.")
    payment = serializers.DecimalField(max_digits=30, decimal_places=2)
    interest = serializers.DecimalField(max_digits=30, decimal_places=2)
    principal = serializers.DecimalField(max_digits=30, decimal_places=2)
    balance = serializers.DecimalField(source="closing", max_digits=30, decimal_places=2)


class WhatIfOut(serializers.Serializer):
    interest_saved = serializers.DecimalField(max_digits=30, decimal_places=2)
    payments_saved = serializers.IntegerField()
    months_saved = serializers.IntegerField(help_text="Whole months between the two last payments.")
    total_interest = serializers.DecimalField(source="schedule.total_interest", max_digits=30, decimal_places=2)
    last_payment_on = serializers.DateField(source="last_on")
    schedule = PaymentOut(source="rows", many=True)


class DerivationOut(serializers.Serializer):
    """Each figure with its rule and the parts it follows from. docs/finance/explain.md."""

    apr = serializers.SerializerMethodField()
    payment = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField())
    def get_apr(self, found: Quote) -> Mapping[str, object]:
        return _explained(found, "apr")

    @extend_schema_field(serializers.DictField())
    def get_payment(self, found: Quote) -> Mapping[str, object]:
        return _explained(found, "payment")


class QuoteOut(serializers.Serializer):
    payment = serializers.DecimalField(
        max_digits=30, decimal_places=2, help_text="The regular payment; the first where payments differ."
    )
    payments = serializers.SerializerMethodField(help_text="How many there are.")
    first_payment_on = serializers.DateField(source="first.pay_date")
    last_payment_on = serializers.DateField(source="last.pay_date")
    last_payment = serializers.DecimalField(source="last.payment", max_digits=30, decimal_places=2)
    total_interest = serializers.DecimalField(source="schedule.total_interest", max_digits=30, decimal_places=2)
    total_payments = serializers.DecimalField(source="schedule.total_payments", max_digits=30, decimal_places=2)
    amount_financed = serializers.DecimalField(source="question.amount_financed", max_digits=30, decimal_places=2)
    finance_charge = serializers.DecimalField(source="cost.finance_charge", max_digits=30, decimal_places=2)
    apr = serializers.DecimalField(
        source="cost.rate_2dp", max_digits=30, decimal_places=2, help_text="Percent a year, as it is disclosed."
    )
    apr_exact = serializers.DecimalField(source="cost.rate", max_digits=40, decimal_places=12)
    schedule = PaymentOut(source="rows", many=True)
    what_if = WhatIfOut(allow_null=True, help_text="The same loan with its extra payments; null without any.")
    derivation = serializers.SerializerMethodField(help_text="Null unless `explain` was true.")

    def get_payments(self, found: Quote) -> int:
        return len(found.rows)

    @extend_schema_field(DerivationOut(allow_null=True))
    def get_derivation(self, found: Quote) -> Mapping[str, object] | None:
        return DerivationOut(found).data if self.context["explain"] else None


class WrongOut(serializers.Serializer):
    """What is wrong, for each field that is."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


ANSWERS = {200: QuoteOut, 400: WrongOut}


class CalculatorView(APIView):
    """What a loan would cost. Nothing is kept, and nobody signs in; one address may ask 60 times a minute."""

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]
    throttle_classes = [CalculationsForEverybody]

    @extend_schema(operation_id="calculate", summary="Work out a loan", parameters=[QuestionIn], responses=ANSWERS)
    def get(self, request: Request) -> Response:
        """Every answer in the address: the payment, the APR, the schedule, and what extra payments would change."""
        return self._answer(request.query_params.dict())

    @extend_schema(
        operation_id="calculate_from_json",
        summary="Work out a loan, asked in JSON",
        request=QuestionIn,
        responses=ANSWERS,
        examples=[OpenApiExample("A loan over a year", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """The same with the answers as JSON, decimals as text."""
        return self._answer(request.data)

    def _answer(self, given: Any) -> Response:
        asked = QuestionIn(data=given, context={"today": business_date()})
        asked.is_valid(raise_exception=True)
        found = asked.validated_data["quote"]
        return Response(QuoteOut(found, context={"explain": asked.validated_data["explain"]}).data)


def _explained(found: Quote, what: str) -> Mapping[str, object]:
    step = found.explain(what)
    assert step is not None, what
    return as_json(step)
