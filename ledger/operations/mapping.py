"""The GL mapping: accounts of one's own, drafted by one person, approved by another, in force from a day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from finance.errors import Refused
from ledger.day import hold_business_day
from ledger.files import FORMULA
from ledger.models import Account, GLMapping, GLMappingLine, Product
from tenants.models import LegalEntity, User


class CodeTaken(Refused):
    code = "code_taken"
    message = "{company} has an account {account} already: choose another code."


class NotAName(Refused):
    code = "not_a_name"
    message = "{text} begins with {first}, which a spreadsheet would run as a formula: begin with a letter or a digit."


class NoSuchRole(Refused):
    code = "no_such_role"
    message = "The chart of accounts of {company} has no account that plays {role}: choose one of its roles."


class WrongAccount(Refused):
    code = "wrong_account"
    message = "{account} plays {plays} and takes no {role}: choose an account of that role, or add one."


class LineTwice(Refused):
    code = "line_twice"
    message = "Two lines say where {role} goes in the same case: leave one of them out."


class StartsTooSoon(Refused):
    code = "starts_too_soon"
    message = (
        "A mapping starts after the business date {today}, so that what was posted stays where it is: choose a later "
        "day."
    )


class OwnDraft(Refused):
    code = "own_draft"
    message = "You drafted version {number} yourself: another person approves it."


class ApprovedAlready(Refused):
    code = "approved_already"
    message = "Version {number} was already approved by {by}: draft the next one."


class Overtaken(Refused):
    code = "overtaken"
    message = "Version {later} was approved since this one was drafted: draft it anew from what is in force."


class SameStart(Refused):
    code = "same_start"
    message = "Version {other} starts on {on} already: choose another day."


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One exception to the chart. None or empty: any."""

    role: str
    account: Account
    product: Product | None = None
    status: str = ""
    fee_kind: str = ""


@transaction.atomic
def add_account(*, company: LegalEntity, code: str, name: str, role: str) -> Account:
    """Another account that plays `role`, of the kind of the chart's own. Nothing goes there until a mapping says."""
    for text in (code, name):
        if text.startswith(FORMULA):
            raise NotAName(text=text, first=text[0])
    if Account.objects.filter(legal_entity=company, code=code).exists():
        raise CodeTaken(company=company, account=code)
    chart = Account.objects.filter(legal_entity=company, role=role, currency=company.currency, is_default=True).first()
    if chart is None:
        raise NoSuchRole(company=company, role=role.replace("_", " "))
    return Account.objects.create(
        legal_entity=company,
        code=code,
        name=name,
        kind=chart.kind,
        role=role,
        currency=company.currency,
        is_default=False,
    )


@transaction.atomic
def draft_mapping(
    *, company: LegalEntity, effective_from: date, remark: str, lines: Sequence[DraftLine], by: User
) -> GLMapping:
    """The next version of the company's mapping, whole. It decides nothing until another person approves it."""
    day = hold_business_day()
    require_later(effective_from, day.today)
    cases = set()
    for line in lines:
        if line.account.role != line.role or line.account.legal_entity_id != company.pk:
            plays = line.account.role.replace("_", " ")
            raise WrongAccount(account=line.account, plays=plays, role=line.role.replace("_", " "))
        case = (line.role, line.product, line.status, line.fee_kind)
        if case in cases:
            raise LineTwice(role=line.role.replace("_", " "))
        cases.add(case)
    LegalEntity.objects.select_for_update(no_key=True).get(pk=company.pk)  # one number after the other
    latest = GLMapping.objects.filter(legal_entity=company).order_by("-number").first()
    mapping = GLMapping.objects.create(
        legal_entity=company,
        number=latest.number + 1 if latest else 1,
        effective_from=effective_from,
        remark=remark,
        drafted_by=by,
    )
    GLMappingLine.objects.bulk_create(
        GLMappingLine(
            mapping=mapping,
            role=line.role,
            product=line.product,
            status=line.status,
            fee_kind=line.fee_kind,
            account=line.account,
        )
        for line in lines
    )
    return mapping


@transaction.atomic
def approve_mapping(*, mapping_id: int, by: User) -> GLMapping:
    """Let a draft decide from its day on. Whoever drafted it cannot. The business day is held: it is still to come."""
    day = hold_business_day()
    mapping: GLMapping = (
        GLMapping.objects.select_for_update(of=("self",)).select_related("approved_by").get(pk=mapping_id)
    )
    if mapping.approved_at is not None:
        raise ApprovedAlready(number=mapping.number, by=mapping.approved_by)
    if mapping.drafted_by_id == by.pk:
        raise OwnDraft(number=mapping.number)
    require_later(mapping.effective_from, day.today)
    approved = GLMapping.objects.filter(legal_entity_id=mapping.legal_entity_id, approved_at__isnull=False)
    if later := approved.filter(number__gt=mapping.number).first():
        raise Overtaken(later=later.number)
    if other := approved.filter(effective_from=mapping.effective_from).first():
        raise SameStart(other=other.number, on=f"{mapping.effective_from:%-d %b %Y}")
    mapping.approved_by, mapping.approved_at = by, timezone.now()
    mapping.save(update_fields=["approved_by", "approved_at"])
    return mapping


def require_later(effective_from: date, today: date) -> None:
    if effective_from <= today:
        raise StartsTooSoon(today=f"{today:%-d %b %Y}")
