"""The `borrowing_base` family of cases."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from finance.borrowing_base import BorrowingBase, Debtor, Invoice, Params, borrowing_base
from finance.errors import BadInput
from finance.inputs import (
    parse_choice,
    parse_count,
    parse_date,
    parse_flag,
    parse_list,
    parse_object,
    parse_share,
    parse_text,
)
from finance.money import ZERO, parse_money, parse_rate

_MONEY_PARAMS = ("inventory_cap", "facility_limit")
_SHARES = ("ar_advance_rate", "inventory_advance_rate", "dilution_pct")
_PERCENTAGES = ("cross_age_pct", "concentration_pct", "dilution_threshold")
_OTHER_PARAMS = ("age_basis", "max_age_days", "cross_age_inclusive", "concentration_overrides", "reserves")
_AMOUNTS = ("inventory_eligible", "loan_outstanding", "letters_of_credit")
_DEBTOR_FLAGS = ("affiliate", "foreign", "foreign_supported")


def borrowing_base_case(case: object) -> dict[str, object]:
    """Answer one case. Raises BadInput naming the first field that is wrong."""
    fields = parse_object(case, "", required=("as_of", "debtors", "invoices"), optional=("params", *_AMOUNTS))
    debtors = [_debtor(row, f"debtors[{k}]") for k, row in enumerate(parse_list(fields["debtors"], "debtors"))]
    invoices = [_invoice(row, f"invoices[{k}]") for k, row in enumerate(parse_list(fields["invoices"], "invoices"))]
    _check_ids("debtors", [debtor.id for debtor in debtors])
    _check_ids("invoices", [invoice.id for invoice in invoices])
    known = {debtor.id for debtor in debtors}
    for k, invoice in enumerate(invoices):
        if invoice.debtor not in known:
            raise BadInput(field=f"invoices[{k}].debtor", value=invoice.debtor, allowed="the id of one of the debtors")
    base = borrowing_base(
        as_of=parse_date(fields["as_of"], "as_of"),
        debtors=debtors,
        invoices=invoices,
        params=_params(fields.get("params", {})),
        **{name: parse_money(fields[name], name, minimum=ZERO) for name in _AMOUNTS if name in fields},
    )
    return _answer(base)


def _debtor(raw: object, field: str) -> Debtor:
    # A name is carried for the reader of the case, and takes no part.
    row = parse_object(raw, field, required=("id",), optional=("name", *_DEBTOR_FLAGS, "contra", "group"))
    if "name" in row:
        parse_text(row["name"], f"{field}.name")
    return Debtor(
        id=parse_text(row["id"], f"{field}.id"),
        contra=parse_money(row.get("contra", "0.00"), f"{field}.contra", minimum=ZERO),
        group=parse_text(row["group"], f"{field}.group") if "group" in row else None,
        **{name: parse_flag(row[name], f"{field}.{name}") for name in _DEBTOR_FLAGS if name in row},
    )


def _invoice(raw: object, field: str) -> Invoice:
    required = ("id", "debtor", "invoice_date", "due_date", "amount")
    row = parse_object(raw, field, required=required, optional=("disputed",))
    return Invoice(
        id=parse_text(row["id"], f"{field}.id"),
        debtor=parse_text(row["debtor"], f"{field}.debtor"),
        invoice_date=parse_date(row["invoice_date"], f"{field}.invoice_date"),
        due_date=parse_date(row["due_date"], f"{field}.due_date"),
        amount=parse_money(row["amount"], f"{field}.amount"),
        disputed=parse_flag(row.get("disputed", False), f"{field}.disputed"),
    )


def _check_ids(field: str, ids: list[str]) -> None:
    seen: set[str] = set()
    for k, name in enumerate(ids):
        if name in seen:
            raise BadInput(field=f"{field}[{k}].id", value=name, allowed="different from every other id in the list")
        seen.add(name)


def _params(raw: object) -> Params:
    row = parse_object(raw, "params", required=(), optional=(*_OTHER_PARAMS, *_PERCENTAGES, *_SHARES, *_MONEY_PARAMS))
    chosen: dict[str, Any] = {}
    for name, value in row.items():
        field = f"params.{name}"
        if name in _MONEY_PARAMS:
            chosen[name] = parse_money(value, field, minimum=ZERO)
        elif name in _SHARES:
            chosen[name] = parse_share(value, field)
        elif name in _PERCENTAGES:
            chosen[name] = parse_rate(value, field)
        elif name == "age_basis":
            chosen[name] = parse_choice(value, field, ("invoice_date", "due_date"))
        elif name == "max_age_days":
            chosen[name] = parse_count(value, field, least=0, most=36_500)
        elif name == "cross_age_inclusive":
            chosen[name] = parse_flag(value, field)
        elif name == "concentration_overrides":
            chosen[name] = _overrides(value)
        else:
            chosen[name] = [_reserve(item, f"{field}[{k}]") for k, item in enumerate(parse_list(value, field))]
    return Params(**chosen)


def _overrides(raw: object) -> dict[str, Decimal]:
    field = "params.concentration_overrides"
    if not isinstance(raw, Mapping):
        raise BadInput(field=field, value=raw, allowed="an object of percentages by group or debtor")
    return {parse_text(name, field): parse_rate(value, f"{field}.{name}") for name, value in raw.items()}


def _reserve(raw: object, field: str) -> Decimal:
    row = parse_object(raw, field, required=("name", "amount"))
    parse_text(row["name"], f"{field}.name")
    return parse_money(row["amount"], f"{field}.amount", minimum=ZERO)


def _answer(base: BorrowingBase) -> dict[str, object]:
    return {
        "gross": str(base.gross),
        "ineligible": {reason: str(amount) for reason, amount in base.ineligible.items()},
        "total_ineligible": str(base.total_ineligible),
        "eligible": str(base.eligible),
        "concentration_base": str(base.concentration_base),
        "ar_advance": str(base.ar_advance),
        "inventory_advance": str(base.inventory_advance),
        "dilution_reserve": str(base.dilution_reserve),
        "fixed_reserves": str(base.fixed_reserves),
        "borrowing_base": str(base.borrowing_base),
        "line": str(base.line),
        "used": str(base.used),
        "availability": str(base.availability),
        "over_advance": str(base.over_advance),
        "debtors": {
            name: {
                "gross": str(standing.gross),
                "eligible": str(standing.eligible),
                **{reason: str(amount) for reason, amount in standing.ineligible.items()},
            }
            for name, standing in base.debtors.items()
        },
    }
