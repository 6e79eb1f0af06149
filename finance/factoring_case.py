"""The `factoring` family of cases."""

from collections.abc import Mapping
from datetime import date

from finance.errors import BadInput
from finance.factoring import Collection, FlatTiers, PerDiem, Settlement, settle
from finance.inputs import parse_choice, parse_count, parse_date, parse_flag, parse_list, parse_object, parse_share
from finance.money import CENT, ZERO, parse_money, parse_rate

_FEE_FIELDS = {
    "flat_tiers": ("first_pct", "first_days", "step_pct", "step_days"),
    "per_diem": ("flat_pct", "discount_rate", "day_basis"),
}
_OPTIONAL = ("clearance_days", "recourse", "wire_fees")


def factoring_case(case: object) -> dict[str, object]:
    """Answer one case of the `factoring` family. Raises BadInput naming the first field that is wrong."""
    required = ("face", "advance_rate", "purchase_date", "collections", "fee")
    row = parse_object(case, "", required=required, optional=_OPTIONAL)
    purchase_date = parse_date(row["purchase_date"], "purchase_date")
    items = enumerate(parse_list(row["collections"], "collections", least=1))
    settled = settle(
        face=parse_money(row["face"], "face", minimum=CENT),
        advance_rate=parse_share(row["advance_rate"], "advance_rate"),
        purchase_date=purchase_date,
        collections=[_collection(item, f"collections[{k}]", purchase_date) for k, item in items],
        fee=_fee(row["fee"]),
        clearance_days=parse_count(row.get("clearance_days", 0), "clearance_days", least=0, most=366),
        recourse=parse_flag(row.get("recourse", True), "recourse"),
        wire_fees=parse_money(row.get("wire_fees", "0.00"), "wire_fees", minimum=ZERO),
    )
    names = (name for name in Settlement.__dataclass_fields__ if name not in ("days", "basis"))
    return {"days": settled.days, **{name: str(getattr(settled, name)) for name in names}}


def _collection(raw: object, field: str, purchase_date: date) -> Collection:
    row = parse_object(raw, field, required=("date", "amount"))
    on = parse_date(row["date"], f"{field}.date")
    if on < purchase_date:
        allowed = f"{purchase_date} or later, the day the invoice was bought"
        raise BadInput(field=f"{field}.date", value=on.isoformat(), allowed=allowed)
    return Collection(on=on, amount=parse_money(row["amount"], f"{field}.amount", minimum=ZERO))


def _fee(raw: object) -> FlatTiers | PerDiem:
    model = parse_choice(raw.get("model") if isinstance(raw, Mapping) else None, "fee.model", _FEE_FIELDS)
    row = parse_object(raw, "fee", required=("model", *_FEE_FIELDS[model]), optional=("minimum",))
    minimum = parse_money(row.get("minimum", "0.00"), "fee.minimum", minimum=ZERO)
    if model == "flat_tiers":
        return FlatTiers(
            first_pct=parse_rate(row["first_pct"], "fee.first_pct"),
            first_days=parse_count(row["first_days"], "fee.first_days", least=0, most=3660),
            step_pct=parse_rate(row["step_pct"], "fee.step_pct"),
            step_days=parse_count(row["step_days"], "fee.step_days", least=1, most=3660),
            minimum=minimum,
        )
    day_basis = parse_count(row["day_basis"], "fee.day_basis", least=360, most=365)
    if day_basis not in (360, 365):
        raise BadInput(field="fee.day_basis", value=day_basis, allowed="360 or 365")
    return PerDiem(
        flat_pct=parse_rate(row["flat_pct"], "fee.flat_pct"),
        discount_rate=parse_rate(row["discount_rate"], "fee.discount_rate"),
        day_basis=day_basis,
        minimum=minimum,
    )
