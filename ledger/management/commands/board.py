"""`manage.py board TAPE`: board the loans of a tape, and say what was refused, corrected and tied out."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from finance.errors import Refused
from ledger.models import BoardingRun
from ledger.tapes import LAYOUTS, begin_boarding, board_tape, end_boarding, version_in_force
from tenants.current import every_tenant_id, tenant_context
from tenants.long_work import reached, working
from tenants.models import LegalEntity, Tenant


class Command(BaseCommand):
    help = (
        "Board the loans of TAPE, a CSV file, as they stand on the tenant's business date. Rows that break a rule of "
        "the layout are refused, each with a reason; the others are boarded together and tied out to the cent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tape", type=Path, help="the file")
        parser.add_argument("--layout", choices=sorted(LAYOUTS), default="sba", help="how its columns are read")
        parser.add_argument("--tenant", help="the tenant's short name; may be left out when there is one tenant")
        parser.add_argument("--company", help="the name of the legal entity; may be left out when there is one")
        parser.add_argument("--product", required=True, help="the code of the product the loans are boarded under")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant_id = tenant_called(options["tenant"])
        with tenant_context(tenant_id):
            company = company_called(options["company"])
            work = begin_boarding(options["tape"])

        def told(done: int, total: int) -> None:
            reached(work.pk, done, total)
            self.stdout.write(f"Boarding loans: {done:,} of {total:,}")

        try:
            with working(tenant_id, work.pk), tenant_context(tenant_id):
                run = board_tape(
                    options["tape"],
                    layout=LAYOUTS[options["layout"]],
                    product_version=version_in_force(options["product"], Tenant.objects.get().business_date),
                    legal_entity=company,
                    told=told,
                )
                end_boarding(work, run)
                for line in summary(run):
                    self.stdout.write(line)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None


def tenant_called(slug: str | None) -> int:
    """The id of the tenant; of the only one when no name is given."""
    found = {}
    for tenant_id in every_tenant_id():
        with tenant_context(tenant_id):
            found[Tenant.objects.get(pk=tenant_id).slug] = tenant_id
    if slug is None and len(found) == 1:
        return next(iter(found.values()))
    if slug not in found:
        raise CommandError(f"Name the tenant with --tenant: {', '.join(sorted(found)) or 'there is none yet'}.")
    return found[slug]


def company_called(name: str | None) -> LegalEntity:
    companies = {company.name: company for company in LegalEntity.objects.order_by("name")}
    if name is None and len(companies) == 1:
        return next(iter(companies.values()))
    if name not in companies:
        raise CommandError(f"Name the legal entity with --company: {', '.join(companies)}.")
    return companies[name]


def summary(run: BoardingRun) -> list[str]:
    """What was done, in lines for a terminal."""
    lines = [
        f"{run.tape}, layout {run.layout}, as of {run.business_date}",
        f"{run.rows:,} rows: {run.boarded:,} boarded ({run.corrected:,} with corrections), {run.refused:,} refused",
    ]
    rules = Counter(run.findings.values_list("outcome", "rule"))
    lines += [f"  {outcome:<10}{rule:<34}{count:>6,}" for (outcome, rule), count in sorted(rules.items())]
    columns = ("tape", "refused", "not_yet", "expected", "books", "difference")
    headings = ("tape", "refused", "not yet", "expected", "books", "difference")
    lines.append(f"{'Tie-out':<24}" + "".join(f"{heading:>17}" for heading in headings))
    for row in run.tie_out:
        lines.append(f"{row['measure']:<24}" + "".join(f"{grouped(row[column]):>17}" for column in columns))
    return lines


def grouped(figure: str) -> str:
    """1234.50 as 1,234.50."""
    whole, dot, rest = figure.partition(".")
    return f"{int(whole):,}{dot}{rest}"
