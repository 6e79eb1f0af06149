"""What a product decides about a loan's later life, as a version's JSON and a loan's own terms keep it.

The night reads the same fields in its statements (ledger/sql/policy_*.sql), so their names stand here and there.
"""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finance.calendars import add_months
from finance.errors import BadInput
from finance.inputs import parse_choice
from finance.late_fee_caps import capped
from finance.money import ZERO
from finance.terms import CASH_METHODS, RESTORATIONS, LateFeeCap, LateFeeRule

LateFee = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NonAccrualPolicy:
    """When interest stops being income, and when it is again.

    days: days past due at which the night places the loan.  cash, restoration: finance.terms.LoanTerms.
    payments: how many instalments in a row must be made before it returns.
    Source: FFIEC 031/041 instructions, glossary "Nonaccrual status": 90 days, and a sustained period of performance.
    """

    days: int = 90
    cash: str = "cash_basis"
    restoration: str = "as_collected"
    payments: int = 6

    def __post_init__(self) -> None:
        if self.days < 1:
            raise BadInput(field="nonaccrual.days", value=self.days, allowed="a whole number of days, one or more")
        if self.payments < 0:
            raise BadInput(field="nonaccrual.payments", value=self.payments, allowed="a whole number, zero or more")
        parse_choice(self.cash, "nonaccrual.cash", CASH_METHODS)
        parse_choice(self.restoration, "nonaccrual.restoration", RESTORATIONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePolicy:
    """A loan that is paid out in parts. revolving: what is repaid may be drawn again.  draw_months: for how long."""

    revolving: bool
    draw_months: int

    def __post_init__(self) -> None:
        if self.draw_months < 1:
            raise BadInput(field="line.draw_months", value=self.draw_months, allowed="a whole number of months from 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Fields of a product version's terms that no schedule depends on; each may be left out.

    nonaccrual: an object of NonAccrualPolicy, or null for a lender who never stops.
    charge_off_days: days past due at which the night charges the loan off; none does by itself.
    Source: Uniform Retail Credit Classification, 65 FR 36903: closed-end 120 days, open-end 180.
    small_balance: dollars up to which the night writes off what little is left, and closes the loan; 0.00 is never.
    line: an object of LinePolicy, or null for a loan paid out at once.
    """

    nonaccrual: NonAccrualPolicy | None = NonAccrualPolicy()
    charge_off_days: int | None = None
    small_balance: Decimal = ZERO
    line: LinePolicy | None = None

    def __post_init__(self) -> None:
        if self.charge_off_days is not None and self.charge_off_days < 1:
            allowed = "a whole number of days, one or more, or null"
            raise BadInput(field="charge_off_days", value=self.charge_off_days, allowed=allowed)
        if self.small_balance < 0:
            raise BadInput(field="small_balance", value=str(self.small_balance), allowed="zero or more")

    @classmethod
    def take(cls, given: dict[str, Any]) -> "Policies":
        """Read and remove from `given`, a version's terms, the fields that are policies."""
        found: dict[str, Any] = {name: given.pop(name) for name in _NAMES if name in given}
        if found.get("nonaccrual") is not None:
            found["nonaccrual"] = NonAccrualPolicy(**found["nonaccrual"])
        if found.get("line") is not None:
            found["line"] = LinePolicy(**found["line"])
        if "small_balance" in found:
            found["small_balance"] = Decimal(found["small_balance"])
        return cls(**found)

    def copied(self, made_on: date) -> dict[str, Any]:
        """What a loan made on that day copies, as JSON."""
        line = self.line and {
            "revolving": self.line.revolving,
            "draw_until": add_months(made_on, self.line.draw_months).isoformat(),
        }
        return {
            "nonaccrual": self.nonaccrual and asdict(self.nonaccrual),
            "charge_off_days": self.charge_off_days,
            "small_balance": str(self.small_balance),
            "line": line,
        }


_NAMES = ("nonaccrual", "charge_off_days", "small_balance", "line")


def nonaccrual_of(terms: dict[str, Any]) -> NonAccrualPolicy:
    """The loan's own. One boarded before there was a policy, or whose lender never stops by itself, has the default."""
    return NonAccrualPolicy(**(terms.get("nonaccrual") or {}))


def cap_in_law(late_fee: LateFee | None, *, state: str, made_on: date) -> dict[str, Any] | None:
    """The law's cap on the product's late fee for a note made in that state on that day, as JSON.

    A product names the law that it is under: late_fee {"law": "consumer_loan"}. One that names none has no cap. Raises
    finance.late_fee_caps.NoLateFeeCap where the law is not known.
    """
    if not late_fee or not late_fee.get("law"):
        return None
    cap = capped(bare_rule(late_fee), state, late_fee["law"], made_on).cap
    assert cap is not None
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(cap).items()}


def bare_rule(given: LateFee) -> LateFeeRule:
    """The contract's rule with the cap that was copied to the loan."""
    cap = given.get("cap")
    return LateFeeRule(
        grace_days=given["grace_days"],
        percent=Decimal(given["percent"]) if given.get("percent") else None,
        flat=Decimal(given["flat"]) if given.get("flat") else None,
        combine=given.get("combine", "greater"),
        assessed_from=date.fromisoformat(given["assessed_from"]) if given.get("assessed_from") else None,
        cap=cap and LateFeeCap(**cap | {name: cap[name] and Decimal(cap[name]) for name in ("percent", "flat")}),
    )
