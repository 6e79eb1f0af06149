"""Terms that change on a loan in the books: what each change does, what undoes it, and what is refused."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal as D
from functools import partial
from typing import Any

import pytest

from finance.errors import Refused
from ledger.close.policies import candidates
from ledger.close.proof import replay_differences
from ledger.close.steps import execute
from ledger.holding import terms_ahead
from ledger.models import Entry, Instalment, Loan, LoanBalance, LoanEvent
from ledger.operations import (
    assess_late_fees,
    change_due_day,
    change_rate,
    change_rate_and_payment,
    charge_fee,
    charge_off_loan,
    defer_instalments,
    extend_loan,
    place_on_nonaccrual,
    preview,
    re_age_loan,
    re_amortise_loan,
    recast_loan,
    receive_payment,
    restructure_loan,
    reverse_event,
    transfer_loan,
    write_off_small_balance,
)
from ledger.operations.steps import hold_loan
from ledger.replay import takes_short_way
from ledger.standing import carried, instalments, position, read_account
from ledger.terms import ProductTerms, first_terms_of, terms_of
from tests.conftest import BUSINESS_DATE, LATE_FEE, PRODUCT_TERMS, make_product_version

TODAY = BUSINESS_DATE  # 31 December 2008
DUE = [date(2008, 10, 30), date(2008, 11, 30), date(2008, 12, 30)]
PAYMENT = D("1052.21")


def pay(loan: Any, on: date, amount: D = PAYMENT, **options: Any) -> LoanEvent:
    key = options.pop("key", f"pay-{on}-{amount}")
    return receive_payment(loan_id=loan.pk, amount=amount, effective_on=on, key=key, by=None, **options)


def do(operation: Callable[..., LoanEvent], loan: Any, on: date = TODAY, **options: Any) -> LoanEvent:
    given = {"effective_on": on, "reason": "Agreed", "key": f"{operation.__name__}-{on}", "by": None}
    return operation(loan_id=loan.pk, **given | options)


def balance(loan: Any) -> LoanBalance:
    return LoanBalance.objects.get(pk=loan.pk)


def stands(loan: Any) -> dict[str, Any]:
    found = balance(loan)
    return {field.name: getattr(found, field.attname) for field in LoanBalance._meta.local_fields}


def rows(loan: Any, version: int) -> list[tuple[date, D]]:
    found = Instalment.objects.filter(loan=loan, version=version).order_by("number")
    return list(found.values_list("due_on", "amount"))


def changes(event: LoanEvent) -> dict[str, Any]:
    assert event.terms is not None
    return {name: (before, after) for name, before, after in event.terms["changes"]}


def check_proved(loan: Any) -> None:
    assert replay_differences([loan.pk], late_fees_through=TODAY - timedelta(1)) == []


@pytest.fixture
def current(loan: Any) -> Loan:
    """Three instalments paid on their days."""
    for due in DUE:
        pay(loan, due)
    return Loan.objects.get(pk=loan.pk)


@pytest.fixture
def prepaid(current: Loan) -> Loan:
    """And $3,000.00 of principal on top."""
    pay(current, TODAY, D("3000.00"), principal_only=True)
    return current


def test_a_recast_lowers_the_payment_and_keeps_the_principal_and_the_dates(prepaid: Loan) -> None:
    before = balance(prepaid)
    event = do(recast_loan, prepaid)
    after = balance(prepaid)
    assert changes(event)["payment"] == ("1052.21", "705.45")
    assert (after.principal, after.interest, after.owed) == (before.principal, before.interest, before.owed)
    assert (after.schedule_version, after.next_due_on, after.next_due_amount) == (2, date(2009, 1, 30), D("705.45"))
    assert (after.matures_on, prepaid.matures_on) == (date(2009, 9, 30), date(2009, 9, 30))
    assert rows(prepaid, 2)[:4] == [*((due, PAYMENT) for due in DUE), (date(2009, 1, 30), D("705.45"))]
    assert Entry.objects.filter(event=event).count() == 0
    made = Instalment.objects.filter(loan=prepaid, version=2)
    assert set(made.values_list("event_id", flat=True)) == {event.pk}
    assert all(row.principal + row.interest == row.amount for row in made)
    assert made.order_by("number").last().balance_after == 0
    check_proved(prepaid)


def test_before_it_and_as_known_before_it_the_old_terms_hold(prepaid: Loan) -> None:
    event = do(recast_loan, prepaid)
    account = read_account(prepaid)
    now = position(account, as_of=TODAY)
    yesterday = position(account, as_of=TODAY - timedelta(1))
    unknown = position(account, as_of=TODAY, known_on=TODAY - timedelta(1))
    assert [at.terms.version for at in (now, yesterday, unknown)] == [2, 1, 1]
    assert [row.instalment.amount for row in instalments(account, now)][3] == D("705.45")
    assert [row.instalment.amount for row in instalments(account, yesterday)][3] == PAYMENT
    assert now.arrears == carried(balance(prepaid), terms_of(prepaid), TODAY).arrears
    assert event.recorded_on == TODAY


def test_reversing_it_brings_the_old_terms_back_to_the_cent(prepaid: Loan) -> None:
    before = stands(prepaid)
    event = do(recast_loan, prepaid)
    undone = reverse_event(event_id=event.pk, reason="Entered twice", key="undo", by=None)
    assert stands(prepaid) == before
    assert terms_of(prepaid) == first_terms_of(prepaid)
    assert list(undone.entries.all()) == []
    check_proved(prepaid)
    # The next change makes a version of its own: a number is never used twice.
    assert do(recast_loan, prepaid, key="again").version == 3
    assert balance(prepaid).schedule_version == 3


def test_the_same_key_does_it_once_and_with_other_content_is_refused(current: Loan) -> None:
    event = do(extend_loan, current, count=6)
    assert do(extend_loan, current, count=6) == event
    with pytest.raises(Refused, match="was already used for something else"):
        do(extend_loan, current, count=7)
    assert LoanEvent.objects.filter(kind="modification").count() == 1
    assert Instalment.objects.filter(loan=current).count() == 12 + 18


def test_an_extension_lowers_the_payment_and_adds_its_instalments(current: Loan) -> None:
    event = do(extend_loan, current, count=6)
    found = changes(event)
    assert found["instalments_to_come"] == (9, 15)
    assert found["maturity"] == ("2009-09-30", "2010-03-30")
    assert found["payment"] == ("1052.21", "646.08")
    assert balance(current).matures_on == date(2010, 3, 30)
    check_proved(current)


def test_a_deferral_skips_and_interest_runs_on(current: Loan) -> None:
    event = do(defer_instalments, current, count=2)
    assert changes(event)["next_due_date"] == ("2009-01-30", "2009-03-30")
    assert balance(current).next_due_on == date(2009, 3, 30)
    assert rows(current, 2)[-1][0] == date(2009, 11, 30)
    before, after = changes(event)["interest_to_come"]
    assert D(after) > D(before)
    check_proved(current)


def test_a_deferral_has_the_lenders_limit(current: Loan) -> None:
    do(defer_instalments, current, count=2)
    with pytest.raises(Refused) as refusal:
        do(defer_instalments, current, count=2, key="more")
    assert str(refusal.value) == (
        "The deferral of 2008-12-31 cannot be made: the lender allows 3 in 12 months, 2 were made and 2 are asked for. "
        "It can within that limit."
    )
    assert do(defer_instalments, current, count=1, key="one more").version == 3


def test_the_limits_are_data_of_the_product(make_loan: Any, people: Any) -> None:
    limits = {"deferral": {"most": 1, "in_months": 6}, "re_age": {"months_open": 1}}
    version = make_product_version(people.administrator, people.auditor, limits=limits)
    found = ProductTerms.of(version).limits
    assert (found.deferral.most, found.deferral.in_months, found.re_age.months_open) == (1, 6, 1)
    assert (found.re_age.once_in_months, found.extension.most) == (12, 60)
    loan = make_loan(version=version)
    with pytest.raises(Refused, match="the lender allows 1 in 6 months"):
        do(defer_instalments, loan, count=2)


def test_the_due_day_moves_once_a_year(current: Loan) -> None:
    do(change_due_day, current, day=15)
    assert [due for due, _ in rows(current, 2)][3:5] == [date(2009, 2, 15), date(2009, 3, 15)]
    with pytest.raises(Refused, match="the lender allows 1 in 12 months"):
        do(change_due_day, current, day=20, key="again")
    check_proved(current)


@pytest.fixture
def late(make_loan: Any, people: Any) -> Loan:
    """Open for ten months; seven instalments paid, and the last three missed."""
    loan = make_loan(disbursed_on=date(2008, 2, 29), months=24)
    for month in range(3, 10):
        due = date(2008, month, 29)
        pay(loan, due, first_terms_of(loan).schedule[0].amount)
    charge_fee(
        loan_id=loan.pk, amount=D("40.00"), effective_on=TODAY, reason="Returned", key="fee", by=people.operations
    )
    return Loan.objects.get(pk=loan.pk)


def test_a_re_age_asks_for_three_payments_in_a_row(late: Loan) -> None:
    with pytest.raises(Refused) as refusal:
        do(re_age_loan, late)
    assert "0 payments were made in a row and the policy asks for 3" in str(refusal.value)
    assert not LoanEvent.objects.filter(kind="modification").exists()
    assert balance(late).dpd == 63


def test_a_re_age_brings_the_loan_current_without_money_once_a_year(make_loan: Any) -> None:
    loan = make_loan(disbursed_on=date(2008, 2, 29), months=24)
    usual = first_terms_of(loan).schedule[0].amount
    for due in (date(2008, 10, 29), date(2008, 11, 29), date(2008, 12, 29)):  # seven missed, three made in a row
        pay(loan, due, usual)
    charge_fee(loan_id=loan.pk, amount=D("40.00"), effective_on=TODAY, reason="x", key="fee", by=None)
    before = balance(loan)
    assert (before.dpd, before.past_due_amount) == (185, usual * 7)  # what was paid filled March, April and May
    event = do(re_age_loan, loan)
    after = balance(loan)
    assert (after.dpd, after.past_due_amount, after.next_due_on) == (0, D("0.00"), date(2009, 1, 29))
    assert (after.owed, after.fees) == (before.owed, D("40.00"))
    # The seven follow the last one.
    assert changes(event)["maturity"] == ("2010-02-28", "2010-09-29")
    assert Entry.objects.filter(event=event).count() == 0
    check_proved(loan)
    reverse_event(event_id=LoanEvent.objects.get(effective_on=date(2008, 10, 29)).pk, reason="R01", key="r", by=None)
    assert balance(loan).dpd > 0
    with pytest.raises(Refused, match="2 payments were made in a row"):
        do(re_age_loan, loan, key="again")
    pay(loan, date(2008, 10, 29), usual - 1, key="nearly")
    pay(loan, TODAY, usual * 3, key="three at once")
    with pytest.raises(Refused, match="it was re-aged on 2008-12-31, less than 12 months ago"):
        do(re_age_loan, loan, key="again")


def test_a_re_amortisation_folds_in_what_is_past_due(late: Loan) -> None:
    owed, event = balance(late).owed, do(re_amortise_loan, late, count=24)
    after = balance(late)
    assert (after.dpd, after.owed, after.fees) == (0, owed, D("40.00"))
    assert changes(event)["instalments_to_come"] == (14, 24)
    assert after.next_due_on == date(2009, 1, 29)
    check_proved(late)


def entry_lines(event: LoanEvent) -> list[tuple[str, D, D]]:
    postings = Entry.objects.get(event=event).postings.order_by("account__code")
    return list(postings.values_list("account__role", "debit", "credit"))


def test_a_restructure_capitalises_interest_and_waives_fees(late: Loan) -> None:
    before = balance(late)
    event = do(restructure_loan, late, interest="capitalise", fees="waive", rate=D("6"), count=36)
    after = balance(late)
    assert (after.principal, after.interest, after.fees) == (before.principal + before.interest, D("0.00"), D("0.00"))
    assert (after.rate, after.accrued_units, after.dpd) == (D("6"), 0, 0)
    assert entry_lines(event) == [
        ("principal", before.interest, D("0.00")),
        ("interest", D("0.00"), before.interest),
        ("fees", D("0.00"), D("40.00")),
        ("fees_waived", D("40.00"), D("0.00")),
    ]
    check_proved(late)


def test_a_restructure_waives_interest_and_carries_fees(late: Loan) -> None:
    before, all_before = balance(late), stands(late)
    event = do(restructure_loan, late, interest="waive", fees="carry")
    after = balance(late)
    assert (after.principal, after.interest, after.fees) == (before.principal, D("0.00"), D("40.00"))
    assert entry_lines(event) == [
        ("interest", D("0.00"), before.interest),
        ("interest_waived", before.interest, D("0.00")),
    ]
    undone = reverse_event(event_id=event.pk, reason="Not signed", key="undo", by=None)
    assert stands(late) == all_before
    assert entry_lines(undone) == [
        ("interest", before.interest, D("0.00")),
        ("interest_waived", D("0.00"), before.interest),
    ]
    check_proved(late)


def test_a_rate_and_the_payment_that_fits_it_change_together(current: Loan) -> None:
    event = do(change_rate_and_payment, current, date(2008, 12, 30), rate=D("5"))
    assert changes(event)["rate"][1] == "5"
    assert D(changes(event)["payment"][1]) < PAYMENT
    assert balance(current).rate == D("5")
    check_proved(current)


def test_a_late_loan_is_not_recast_and_nothing_moves(late: Loan) -> None:
    before = stands(late)
    for operation, options in (
        (recast_loan, {}),
        (extend_loan, {"count": 3}),
        (change_rate_and_payment, {"rate": D(5)}),
    ):
        with pytest.raises(Refused, match="has been past due for 63 days"):
            do(operation, late, **options)
    assert stands(late) == before
    assert Instalment.objects.filter(loan=late).exclude(version=1).count() == 0


def test_what_would_change_nothing_is_refused(prepaid: Loan) -> None:
    do(recast_loan, prepaid)
    with pytest.raises(Refused, match="would stand on 2008-12-31 as it stands now: change something, or leave it"):
        do(recast_loan, prepaid, key="again")
    assert LoanEvent.objects.filter(kind="modification").count() == 1


def test_a_charged_off_loan_and_a_day_to_come_are_refused(current: Loan) -> None:
    with pytest.raises(Refused, match="is after the business date"):
        do(recast_loan, current, TODAY + timedelta(1))
    charge_off_loan(loan_id=current.pk, effective_on=TODAY, reason="Gone", key="off", by=None)
    with pytest.raises(Refused, match="is charged off: it takes no change of terms"):
        do(recast_loan, current)


def test_a_loan_that_is_not_level_is_not_recast(make_loan: Any, people: Any) -> None:
    version = make_product_version(people.administrator, people.auditor, method="interest_only")
    loan = make_loan(version=version)
    for due in DUE:
        pay(loan, due, D("200.00"))
    with pytest.raises(Refused, match="is not repaid by level payments"):
        do(recast_loan, loan)
    do(re_amortise_loan, loan)
    pay(loan, TODAY, D("1000.00"), principal_only=True)
    assert do(extend_loan, loan, count=3).version == 3  # level now


@pytest.fixture
def others(people: Any) -> Any:
    """A product that counts 360 days and charges a late fee after five."""
    late_fee = LATE_FEE | {"grace_days": 5, "percent": None, "flat": "15.00"}
    return make_product_version(people.administrator, people.auditor, day_count="ACT/360", late_fee=late_fee)


def test_a_transfer_brings_the_other_products_terms_from_its_day_on(current: Loan, others: Any) -> None:
    before = balance(current)
    event = do(transfer_loan, current, product_version=others)
    after = balance(current)
    assert (before.day_count, after.day_count) == ("ACT/365F", "ACT/360")
    assert (after.principal, after.rate, after.next_due_on) == (before.principal, before.rate, before.next_due_on)
    assert (after.interest, after.dpd) == (D("2.37"), 0)  # of 30 December, still at 365 days
    assert [due for due, _ in rows(current, 2)] == [due for due, _ in rows(current, 1)]
    assert event.terms is not None
    assert event.terms["product_version"] == others.pk
    assert changes(event)["product"] == (str(current.product_version), str(others))
    assert changes(event)["day_count"] == ("ACT/365F", "ACT/360")
    assert terms_of(current).late_fee.assessed_from == TODAY  # type: ignore[union-attr]
    check_proved(current)
    with pytest.raises(Refused, match="is of Term loan v1 already"):
        do(transfer_loan, current, product_version=others, key="again")
    reverse_event(event_id=event.pk, reason="Wrong loan", key="undo", by=None)
    assert balance(current).day_count == "ACT/365F"


def test_a_product_that_is_not_approved_takes_no_loan(current: Loan, people: Any, others: Any) -> None:
    draft = others.product.versions.create(
        number=2, effective_from=TODAY, terms=PRODUCT_TERMS, drafted_by=people.administrator
    )
    with pytest.raises(Refused, match="is not approved, or not in force"):
        do(transfer_loan, current, product_version=draft)


def test_a_payment_of_before_changes_what_was_capitalised_and_the_last_instalment_takes_it(late: Loan) -> None:
    event = do(restructure_loan, late, interest="capitalise", fees="carry", count=12)
    first = balance(late)
    pay(late, date(2008, 12, 1), D("300.00"), key="found")
    after = balance(late)
    # The agreed instalments stay; a smaller principal and the 300.00 are the last one's.
    assert (after.schedule_version, rows(late, 2)[-2][1]) == (2, rows(late, 2)[-3][1])
    assert after.principal < first.principal
    account = read_account(late)
    assert position(account, as_of=TODAY).state.principal == after.principal
    assert LoanEvent.objects.get(pk=event.pk).reversals.count() == 0
    check_proved(late)


def test_a_payment_of_before_that_comes_back_leaves_the_loan_past_due_under_the_new_terms(prepaid: Loan) -> None:
    do(recast_loan, prepaid)
    paid = LoanEvent.objects.get(kind="payment", effective_on=DUE[0])
    reverse_event(event_id=paid.pk, reason="R01 Insufficient funds", key="back", by=None)
    after = balance(prepaid)
    assert (after.schedule_version, after.past_due_amount, after.next_due_on) == (2, PAYMENT, DUE[2])
    assert after.dpd == 1
    check_proved(prepaid)


def test_a_back_dated_modification_changes_late_fees_and_interest_since(make_loan: Any, people: Any) -> None:
    version = make_product_version(people.administrator, people.auditor, late_fee=LATE_FEE)
    loan = make_loan(version=version)
    pay(loan, DUE[0])
    pay(loan, TODAY, D("10.00"), key="today")
    assess_late_fees(loan_id=loan.pk, through=TODAY - timedelta(1), key="night")
    assert balance(loan).fees == D("42.61")  # November's, less 10.00; December's days of grace have not passed
    event = do(defer_instalments, loan, date(2008, 11, 15), count=1)
    assert balance(loan).fees == D("0.00")
    (undone,) = event.consequences.all()
    assert (undone.kind, undone.reason) == ("reversal", "Instalment 2 was met in time after all.")
    assert position(read_account(loan), as_of=TODAY).state.fees == D("0.00")
    check_proved(loan)
    reverse_event(event_id=event.pk, reason="Not agreed", key="undo", by=None)
    assert balance(loan).fees == D("42.61")
    check_proved(loan)


def test_an_earlier_modification_that_is_recorded_later_holds_until_the_later_one(current: Loan) -> None:
    do(extend_loan, current, count=6)
    do(change_due_day, current, DUE[1] + timedelta(1), day=20)
    account = read_account(current)
    versions = [position(account, as_of=on).terms.version for on in (DUE[1], DUE[1] + timedelta(1), DUE[2], TODAY)]
    assert versions == [1, 3, 3, 2]
    assert balance(current).schedule_version == 2
    check_proved(current)


def test_a_preview_shows_the_new_terms_and_leaves_nothing(prepaid: Loan) -> None:
    before = stands(prepaid)
    given = {"effective_on": TODAY, "reason": "x", "key": "p", "by": None}
    shown = preview(partial(recast_loan, loan_id=prepaid.pk), loan_id=prepaid.pk, **given)
    assert shown.terms_before == first_terms_of(prepaid)
    assert shown.terms_after is not None
    assert shown.terms_after.version == 2
    assert shown.terms_after.schedule[3].amount == D("705.45")
    assert stands(prepaid) == before
    assert not LoanEvent.objects.filter(kind="modification").exists()


def test_a_rate_change_can_be_reversed(current: Loan) -> None:
    before = stands(current)
    event = change_rate(
        loan_id=current.pk, rate=D("7.3"), effective_on=date(2008, 11, 1), reason="x", key="rate", by=None
    )
    assert balance(current).rate == D("7.3")
    reverse_event(event_id=event.pk, reason="Wrong loan", key="undo", by=None)
    assert stands(current) == before
    check_proved(current)


def test_the_night_ages_a_modified_loan_by_the_terms_in_force(late: Loan) -> None:
    do(defer_instalments, late, count=1)
    pay(late, TODAY, D("100.00"), key="some")
    found, at = balance(late), carried(balance(late), terms_of(late), TODAY)
    LoanBalance.objects.filter(pk=late.pk).update(dpd=0, past_due_amount=0)
    execute("age", loans=[late.pk], on=TODAY)
    again = balance(late)
    assert (again.dpd, again.past_due_amount) == (found.dpd, found.past_due_amount)
    assert (again.dpd, again.past_due_amount) == (at.arrears.dpd, at.arrears.past_due_amount)
    assert again.dpd > 0


def test_past_the_new_last_due_date_all_that_is_owed_is_past_due(loan: Any) -> None:
    do(re_amortise_loan, loan, date(2008, 10, 1), count=2)
    charge_fee(loan_id=loan.pk, amount=D("1.00"), effective_on=TODAY, reason="x", key="f", by=None)
    found = balance(loan)
    assert found.matures_on == date(2008, 11, 30)
    assert (found.dpd, found.past_due_amount) == (62, found.principal + found.interest)
    LoanBalance.objects.filter(pk=loan.pk).update(dpd=0, past_due_amount=0, next_due_amount=0)
    execute("age", loans=[loan.pk], on=TODAY)
    assert (balance(loan).dpd, balance(loan).past_due_amount) == (62, found.past_due_amount)


def night(loan: Any, on: date) -> list[int]:
    """What the night of `on` does to the loan's late fees; returns which loans it found to look at."""
    execute("accrue", on=on, posted_on=on, first=loan.pk, last=loan.pk)
    found = [pk for pk, _ in execute("late_fee_candidates", on=on, loans=[loan.pk])]
    for pk in found:
        assess_late_fees(loan_id=pk, through=on, key=f"night-{on}")
    return found


def late_fees(loan: Any) -> list[tuple[Any, ...]]:
    rows = LoanEvent.objects.filter(loan=loan, kind="late_fee").order_by("effective_on", "instalment")
    return list(rows.values_list("instalment", "version", "effective_on", "amount"))


def test_the_night_finds_late_fees_by_the_schedule_and_the_rule_in_force(
    make_loan: Any, people: Any, others: Any
) -> None:
    version = make_product_version(people.administrator, people.auditor, late_fee=LATE_FEE)
    loan = make_loan(version=version)
    first, second = DUE[0] + timedelta(10), DUE[1] + timedelta(5)
    assert night(loan, first) == [loan.pk]
    # Moved to the other product on the day the second instalment falls due: five days of grace and $15.00.
    do(transfer_loan, loan, DUE[1], product_version=others)
    assert night(loan, second - timedelta(1)) == []
    assert night(loan, second) == [loan.pk]
    assert late_fees(loan) == [(1, 1, first, D("52.61")), (2, 2, second, D("15.00"))]
    assert night(loan, DUE[1] + timedelta(10)) == []
    fee = LoanEvent.objects.get(kind="late_fee", version=2)
    reverse_event(event_id=fee.pk, reason="Goodwill", key="excused", by=None)
    assert balance(loan).fees == D("52.61")
    check_proved(loan)
    # With the transfer undone, the second instalment is late by the old rule, on its day.
    event = LoanEvent.objects.get(kind="modification")
    reverse_event(event_id=event.pk, reason="Wrong loan", key="undo", by=None)
    standing = LoanEvent.objects.filter(kind="late_fee", reversals=None).values_list("instalment", "version")
    assert sorted(standing) == [(1, 1), (2, 1)]
    assert balance(loan).fees == D("105.22")
    check_proved(loan)


def test_every_late_fee_a_night_missed_is_charged_under_the_terms_in_force(make_loan: Any, others: Any) -> None:
    loan = make_loan()
    do(transfer_loan, loan, DUE[0], product_version=others)
    assert night(loan, TODAY - timedelta(1)) == [loan.pk]
    assert late_fees(loan) == [
        (1, 2, DUE[0] + timedelta(5), D("15.00")),
        (2, 2, DUE[1] + timedelta(5), D("15.00")),
    ]
    check_proved(loan)


def test_what_is_posted_after_a_change_takes_the_short_way_by_the_terms_in_force(current: Loan, others: Any) -> None:
    do(transfer_loan, current, TODAY - timedelta(5), product_version=others)
    do(defer_instalments, current, TODAY - timedelta(4), count=2)
    loan, found, _, _ = hold_loan(current.pk)
    ahead = terms_ahead(loan, found)
    assert ahead is not None
    assert (ahead.version, ahead.day_count, ahead.late_fee) == (3, others.terms["day_count"], terms_of(loan).late_fee)
    assert [row.due_date for row in ahead.schedule[1:3]] == [row[0] for row in rows(current, 3)[3:5]]
    event = pay(current, TODAY, D("100.00"))
    assert takes_short_way(found, event)
    after = balance(current)
    assert (after.schedule_version, after.day_count) == (3, others.terms["day_count"])
    assert (after.next_due_on, after.next_due_amount) == (date(2009, 3, 30), PAYMENT - D("100.00"))
    check_proved(current)


def test_the_night_asks_the_policies_in_force(loan: Any, people: Any) -> None:
    stricter = make_product_version(
        people.administrator, people.auditor, charge_off_days=60, nonaccrual={"days": 45}, small_balance="900.00"
    )
    charge_fee(loan_id=loan.pk, amount=D("1.00"), effective_on=TODAY, reason="x", key="today", by=None)
    names = ("charge_off", "nonaccrual", "small_balance")
    assert [candidates(name, TODAY) for name in names] == [{}, {}, {}]  # 62 days late: nothing at all, 90, nothing
    do(transfer_loan, loan, product_version=stricter)
    assert [candidates(name, TODAY) for name in names] == [{loan.pk: 62}, {loan.pk: 62}, {}]
    pay(loan, TODAY, balance(loan).owed - D("899.00"))
    assert candidates("small_balance", TODAY) == {loan.pk: D("899.00")}
    do(write_off_small_balance, loan)
    assert balance(loan).owed == 0
    check_proved(loan)


def test_what_a_restructure_waives_of_suspense_is_no_loss(loan: Any) -> None:
    do(place_on_nonaccrual, loan, DUE[1])
    suspended = balance(loan).suspense
    event = do(restructure_loan, loan, interest="waive", fees="carry", count=12)
    postings = {
        posting.account.role: posting.debit - posting.credit
        for entry in event.entries.all()
        for posting in entry.postings.select_related("account")
    }
    # 61 days' interest went into suspense on the day of the change of status, and 31 days' since.
    assert suspended == D("190.52")
    assert postings == {"interest": D("-287.34"), "suspense": D("287.34")}
    assert (balance(loan).suspense, balance(loan).interest) == (0, 0)
    check_proved(loan)
    reverse_event(event_id=event.pk, reason="x", key="back", by=None)
    do(restructure_loan, loan, interest="capitalise", fees="carry", count=12, key="again")
    assert (balance(loan).suspense, balance(loan).applied) == (0, D("287.34"))
    check_proved(loan)
