"""The derivation of a borrowing base certificate and of a factored invoice's settlement."""

from decimal import Decimal

from finance.borrowing_base import REASONS, BorrowingBase, Exclusion, Invoice
from finance.explain import Step, derived, elapsed, given, rounded
from finance.factoring import FlatTiers, PerDiem, Settlement
from finance.money import ZERO

_NOTHING = given("Nothing", ZERO)


def explain_availability(base: BorrowingBase) -> Step:
    """What may still be drawn: the line, from the borrowing base, less what is used; not below zero."""
    inputs = base.inputs
    used = [given("Loan outstanding", inputs.loan_outstanding), given("Letters of credit", inputs.letters_of_credit)]
    line = explain_borrowing_base(base)
    if inputs.params.facility_limit is not None:
        limit = given("Facility limit", inputs.params.facility_limit)
        line = derived("least", "Line", [line, limit], value=base.line)
    room = derived("difference", "Line less what is used", [line, derived("sum", "Used", used, value=base.used)])
    return derived("greatest", f"Availability on {inputs.as_of}", [_NOTHING, room], value=base.availability)


def explain_borrowing_base(base: BorrowingBase) -> Step:
    """Advances on receivables and inventory, less reserves, down to each debtor's invoices."""
    inputs, params = base.inputs, base.inputs.params
    advance = _share("Advance on receivables", explain_eligible(base), params.ar_advance_rate)
    receivables = derived("greatest", "Receivables", [_NOTHING, advance], value=base.ar_advance)
    stock = given("Eligible inventory", inputs.inventory_eligible)
    inventory = _share("Advance on inventory", stock, params.inventory_advance_rate)
    if params.inventory_cap is not None:
        inventory = derived("least", "Inventory, capped", [inventory, given("Inventory cap", params.inventory_cap)])
    inventory = derived("sum", "Inventory", [inventory], value=base.inventory_advance)
    reserves = [given(f"Reserve {k + 1}", amount) for k, amount in enumerate(params.reserves)]
    fixed = derived("sum", "Fixed reserves", reserves, value=base.fixed_reserves)
    room = derived(
        "difference",
        "Advances less reserves",
        [derived("sum", "Advances", [receivables, inventory]), _dilution(base), fixed],
    )
    return derived("greatest", "Borrowing base", [_NOTHING, room], value=base.borrowing_base)


def explain_eligible(base: BorrowingBase) -> Step:
    """Eligible receivables: each debtor's."""
    debtors = [explain_debtor(base, name) for name in base.debtors]
    return derived("sum", "Eligible receivables", debtors, value=base.eligible)


def explain_debtor(base: BorrowingBase, debtor: str) -> Step:
    """One debtor's eligible dollars: its invoices less what each reason takes, in the order of the waterfall."""
    standing = base.debtors[debtor]
    items = [_invoice(item) for item in base.inputs.invoices.get(debtor, ())]
    gross = derived("sum", f"Gross of {debtor}", items, value=standing.gross)
    reasons = []
    for reason in REASONS:
        taken = [_exclusion(base, debtor, each) for each in standing.exclusions if each.reason == reason]
        if taken:
            label = f"{reason.replace('_', ' ').capitalize()}, {debtor}"
            reasons.append(derived("sum", label, taken, value=standing.ineligible[reason]))
    return derived("difference", f"Eligible of {debtor}", [gross, *reasons], value=standing.eligible)


def explain_settlement(settled: Settlement) -> Step:
    """What the client received in all: the advance, and the rebate or what was due back."""
    advance, fees = explain_advance(settled), explain_fees(settled)
    net = derived(
        "difference", "Collected less advance and fees", [given("Collected", settled.collected), advance, fees]
    )
    rebate = derived("greatest", "Rebate", [_NOTHING, net], value=settled.rebate)
    short = derived("greatest", "Shortfall", [_NOTHING, derived("negative", "Missing", [net])], value=settled.shortfall)
    loss = given("Borne by the factor, without recourse", settled.factor_loss)
    due = derived("difference", "Due from the client", [short, loss], value=settled.due_from_client)
    received = derived("sum", "Advance and rebate", [advance, rebate])
    return derived("difference", "Received by the client", [received, due], value=settled.client_total_received)


def explain_advance(settled: Settlement) -> Step:
    """The advance on the face of the invoice."""
    face = given("Face", settled.basis.face)
    return _share("Advance", face, settled.basis.advance_rate, settled.advance)


def explain_fees(settled: Settlement) -> Step:
    """The factor's fees: by tiers or by the day, not below the minimum, with wire fees."""
    basis, fee = settled.basis, settled.basis.fee
    charged = _tiers(settled, fee) if isinstance(fee, FlatTiers) else _per_diem(settled, fee)
    least = derived("greatest", "Fee, at least the minimum", [charged, given("Minimum fee", fee.minimum)])
    return derived("sum", "Fees", [least, given("Wire fees", basis.wire_fees)], value=settled.fees)


def _tiers(settled: Settlement, fee: FlatTiers) -> Step:
    basis = settled.basis
    steps = derived(
        "product",
        f"Steps begun after {fee.first_days} days, of {settled.days}",
        [given("Percent of a step", fee.step_pct, "percent"), given("Steps", basis.steps_begun, "count")],
        "percent",
    )
    percent = derived(
        "sum", "Percent of the face", [given("First percent", fee.first_pct, "percent"), steps], "percent"
    )
    part = derived("percent as a number", "Part of the face", [percent], "number")
    exact = derived("product", "Fee, exact", [given("Face", basis.face), part])
    return rounded("Fee by tiers", exact, basis.charged)


def _per_diem(settled: Settlement, fee: PerDiem) -> Step:
    basis = settled.basis
    flat = _share("Flat fee", given("Face", basis.face), fee.flat_pct)
    rate = derived("percent as a number", "Discount rate", [given("A year", fee.discount_rate, "percent")], "number")
    stretches = [
        derived(
            "product",
            f"Discount on {out:,} for {days} days",
            [
                given("Advance outstanding", out),
                rate,
                derived(
                    "quotient",
                    "Part of a year",
                    [given("Days", days, "days"), given("Days of the year", fee.day_basis, "days")],
                    "number",
                ),
            ],
        )
        for out, days in basis.out
    ]
    discount = rounded("Discount", derived("sum", "Discount, exact", stretches))
    return derived("sum", "Fee by the day", [flat, discount], value=basis.charged)


def _dilution(base: BorrowingBase) -> Step:
    params = base.inputs.params
    over = derived(
        "difference",
        "Dilution over the threshold",
        [
            given("Dilution", params.dilution_pct or Decimal(0), "percent"),
            given("Threshold", params.dilution_threshold, "percent"),
        ],
        "percent",
    )
    counted = derived("greatest", "Dilution counted", [given("None", 0, "percent"), over], "percent")
    part = derived("percent as a number", "Part of eligible", [counted], "number")
    exact = derived("product", "Dilution, exact", [given("Eligible receivables", base.eligible), part])
    return derived("greatest", "Dilution reserve", [_NOTHING, rounded("Dilution", exact)], value=base.dilution_reserve)


def _exclusion(base: BorrowingBase, debtor: str, each: Exclusion) -> Step:
    """What one reason took, and why."""
    params, invoice = base.inputs.params, each.invoice
    if each.reason == "over_age" and invoice is not None:
        since = getattr(invoice, params.age_basis)
        age = elapsed(f"Age from {since}, over {params.max_age_days} days", "ACT/365F", since, base.inputs.as_of)
        return derived("chosen", f"Over age: invoice {invoice.id}", [age, _invoice(invoice)], value=each.amount)
    if each.reason == "disputed" and invoice is not None:
        return derived("sum", f"Disputed: invoice {invoice.id}", [_invoice(invoice)], value=each.amount)
    if each.reason == "contra":
        parts = [given("Balance", each.tested), given(f"Owed to {debtor}", each.limit)]
        return derived("least", "Contra", parts, value=each.amount)
    if each.reason == "cross_age":
        old = [given("Over-age invoices", each.limit), given("All positive invoices", each.tested)]
        share = derived("quotient", "Over-age part", old, "number")
        over = derived("number as a percent", f"Over age, of a limit of {params.cross_age_pct} %", [share], "percent")
        return derived("chosen", "Cross age: the rest", [over, given("Balance", each.amount)], value=each.amount)
    if each.reason == "concentration":
        return _concentration(base, debtor, each)
    return given(f"{each.reason.capitalize()}: all of {debtor}", each.amount)


def _concentration(base: BorrowingBase, debtor: str, each: Exclusion) -> Step:
    share = _share(f"Share of {each.group}", given("Eligible before the test", base.concentration_base), each.percent)
    cap = derived("greatest", f"Cap of {each.group}", [_NOTHING, share], value=each.limit)
    parts = [
        given(f"Balance of {each.group}", each.tested),
        cap,
        given("Charged to its larger members", each.before),
    ]
    excess = derived("difference", "Over the cap", parts)
    own = given(f"Balance of {debtor}", each.own)
    return derived("least", "Concentration", [excess, own], value=each.amount)


def _invoice(item: Invoice) -> Step:
    return given(f"Invoice {item.id} of {item.invoice_date}, due {item.due_date}", item.amount)


def _share(label: str, amount: Step, percent: Decimal, value: Decimal | None = None) -> Step:
    part = derived("percent as a number", "Percent as a number", [given("Percent", percent, "percent")], "number")
    return rounded(label, derived("product", f"{label}, exact", [amount, part]), value)
