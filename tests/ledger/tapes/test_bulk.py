"""Many rows in one statement: what arrives is what was sent."""

from typing import Any

from ledger.models import BoardingRow, BoardingRun
from ledger.tapes.bulk import draw_ids, insert_rows


def test_text_arrives_as_it_was_whatever_it_holds(tenant: Any, product_version: Any) -> None:
    run = BoardingRun.objects.create(
        tape="t", layout="sba", sha256="0" * 64, business_date=tenant.business_date, product_version=product_version
    )
    values = ['a "quote"', "back\\slash", "{brace},comma", "NULL", "", "two\nlines", "Ünï"]
    insert_rows(
        BoardingRow,
        {"line": list(range(len(values))), "value": values},
        tenant_id=tenant.pk,
        run_id=run.pk,
        column="City",
        outcome="refused",
        rule="r",
        sentence="s",
    )
    assert list(BoardingRow.objects.order_by("line").values_list("value", flat=True)) == values


def test_ids_are_drawn_once(tenant: Any) -> None:
    first, second = draw_ids(BoardingRun, 3), draw_ids(BoardingRun, 2)
    assert len({*first, *second}) == 5
    assert first == sorted(first)
