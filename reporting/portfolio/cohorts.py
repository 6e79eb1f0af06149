"""Vintages: loans by the quarter in which they were paid out, side by side at the same age."""

from datetime import date
from decimal import Decimal
from typing import Any

from finance.money import ZERO
from reporting.portfolio.charts import Chart, Link, percent, said
from reporting.portfolio.sums import NOTHING, Figures

# Months on book at which vintages stand side by side in the table.
AGES = (6, 12, 18, 24, 36, 48, 60, 84, 120)
LINES = 6  # vintages in one chart: as many as there are colours
TABLED = 20  # vintages in the table
EVERY = 3  # months on book from point to point

Vintages = dict[str, dict[int, Figures]]  # {quarter, such as 2005Q3: {months on book: sums}}


def net_loss(months: dict[int, Figures], age: int) -> Decimal:
    """Charge-offs less recoveries of a vintage up to `age` months on book."""
    return sum((one.charged_off - one.recovered for at, one in months.items() if at <= age), ZERO)


def disbursed(months: dict[int, Figures]) -> Decimal:
    return sum((one.disbursed for one in months.values()), ZERO)


def youngest_age(quarter: str, month: date) -> int:
    """Months on book that every loan of the quarter has reached at the end of `month`: those of its last month."""
    year, number = int(quarter[:4]), int(quarter[5:])
    return (month.year - year) * 12 + month.month - 3 * number


def losses(found: Vintages, shown: list[str], month: date, link: Link) -> Chart:
    """Cumulative net charge-off in percent of what was paid out, by months on book."""
    ages = range(EVERY, max((youngest_age(quarter, month) for quarter in shown), default=0) + 1, EVERY)
    series: list[dict[str, Any]] = [
        {
            "name": quarter.replace("Q", " Q"),
            "data": [
                percent(net_loss(found[quarter], age), disbursed(found[quarter]))
                if age <= youngest_age(quarter, month)
                else None
                for age in ages
            ],
            "urls": [link("loss", month, quarter, f"{age:03}") for age in ages],
        }
        for quarter in shown
    ]
    reached = {line["name"]: last_of(line["data"]) for line in series}
    worst = max(reached, key=lambda name: reached[name], default="")
    title = "Nothing of these vintages has been charged off"
    if worst and reached[worst] > 0:
        title = f"Of these vintages, loans of {worst} have lost most: {said(reached[worst])} net so far"
    return Chart(
        "losses",
        title,
        {"kind": "line", "x": [str(age) for age in ages], "series": series},
        "%",
        "Months on book",
        "Principal charged off less recoveries up to that age, in percent of what was paid out to the loans of the "
        "quarter. Drawn as far as every loan of the quarter is old.",
    )


def lateness(found: Vintages, shown: list[str], month: date, link: Link) -> Chart:
    """Principal 60 or more days late in percent of principal outstanding, by months on book."""
    ages = range(EVERY, max((youngest_age(quarter, month) for quarter in shown), default=0) + 1, EVERY)
    series, highest = [], (ZERO, "", 0)
    for quarter in shown:
        points: list[Decimal | None] = []
        for age in ages:
            figures = found[quarter].get(age, NOTHING)
            point = percent(figures.late, figures.principal) if age <= youngest_age(quarter, month) else None
            points.append(point)
            if point is not None and point > highest[0]:
                highest = (point, quarter, age)
        series.append(
            {
                "name": quarter.replace("Q", " Q"),
                "data": points,
                "urls": [link("late60", month, quarter, f"{age:03}") for age in ages],
            }
        )
    title = "None of these vintages was 60 days late at any of these ages"
    if highest[0]:
        quarter, age = highest[1].replace("Q", " Q"), highest[2]
        title = f"At most {said(highest[0])} of a vintage was 60 or more days late: {quarter}, {age} months on book"
    return Chart(
        "lateness",
        title,
        {"kind": "line", "x": [str(age) for age in ages], "series": series},
        "%",
        "Months on book",
        "Principal of loans 60 or more days past due in percent of the principal outstanding of the quarter's loans, "
        "each loan at that age.",
    )


def vintage_rows(
    found: Vintages, last: str, month: date, link: Link
) -> list[tuple[str, Decimal, list[tuple[Decimal | None, int, str]]]]:
    """(quarter, paid out, (net charge-off in percent, heat, address) at each of AGES), five years back from `last`."""
    rows = []
    for quarter in [quarter for quarter in sorted(found, reverse=True) if quarter <= last][:TABLED]:
        paid, cells = disbursed(found[quarter]), []
        for age in AGES:
            old_enough = age <= youngest_age(quarter, month)
            share = percent(net_loss(found[quarter], age), paid) if old_enough else None
            heat = 0 if not share or share < 0 else min(5, 1 + int(share // 4))
            cells.append((share, heat, link("loss", month, quarter, f"{age:03}")))
        rows.append((quarter, paid, cells))
    return rows


def shown_vintages(found: Vintages, month: date, last: str = "") -> list[str]:
    """The six quarters up to `last` (unless told, the latest that are a year old) that have loans."""
    old_enough = [quarter for quarter in sorted(found) if youngest_age(quarter, month) >= EVERY]
    year_old = [quarter for quarter in old_enough if youngest_age(quarter, month) >= 12] or old_enough
    end = last if last in old_enough else (year_old[-1] if year_old else "")
    return [quarter for quarter in old_enough if quarter <= end][-LINES:]


def neighbours(found: Vintages, shown: list[str], month: date) -> tuple[str, str]:
    """The last quarter of the six before those shown, and of the six after; "" where there are none."""
    old_enough = [quarter for quarter in sorted(found) if youngest_age(quarter, month) >= EVERY]
    if not shown:
        return "", ""
    start, end = old_enough.index(shown[0]), old_enough.index(shown[-1])
    later = old_enough[end + 1 :][:LINES]
    return old_enough[start - 1] if start else "", later[-1] if later else ""


def last_of(points: list[Decimal | None]) -> Decimal:
    """The last point that is drawn; zero when none is."""
    return next((point for point in reversed(points) if point is not None), ZERO)
