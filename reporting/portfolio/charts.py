"""The charts of the portfolio: each says in its title what it found, and every point knows the rows behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finance.money import ZERO
from ledger.close.months import SIZES
from ledger.models.portfolio import BUCKETS, ENDINGS
from parties.industries import industry_name
from reporting.portfolio.sums import LATE, NOTHING, Figures, whole

Link = Callable[..., str]  # link(what, month, key, of) -> the address of the rows behind a point
TOP = 10
ENDED = {"paid_off": "Paid off", "charged_off": "Charged off", "sold": "Sold"}


@dataclass(frozen=True, slots=True)
class Chart:
    """What the tag `chart` takes, and an id."""

    id: str
    title: str
    data: dict[str, Any]
    unit: str
    x_label: str
    info: str


def percent(part: Decimal, of: Decimal) -> Decimal | None:
    """`part` in percent of `of`, to a hundredth; None of nothing."""
    return round(100 * part / of, 2) if of else None


def said(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:,.1f} %"


def label(code: str) -> str:
    """A bucket or an ending in words."""
    if code in ENDED:
        return ENDED[code]
    return {"current": "Current", "": "New"}.get(code) or f"{code.replace('-', '–')} days"


def month_name(month: date) -> str:
    return f"{month:%b %Y}"


def arrears(months: dict[date, dict[str, Figures]], link: Link) -> Chart:
    """Principal outstanding by bucket, month end by month end."""
    series = [
        {
            "name": label(code),
            "bucket": code,
            "data": [found.get(code, NOTHING).principal for found in months.values()],
            "urls": [link("bucket", month, code) for month in months],
        }
        for code in BUCKETS
    ]
    shares = {month: late_share(found) for month, found in months.items()}
    first, last = min(shares), max(shares)
    then, now = shares[first], shares[last]
    title = f"{said(now)} of principal is 30 or more days late"
    if now is not None and then is not None and first != last:
        moved = "as at" if said(now) == said(then) else "up from" if now > then else "down from"
        title += f", {moved} {said(then)} at the end of {month_name(first)}"
    return Chart(
        "arrears",
        title,
        {"kind": "stacked", "x": [month_name(month) for month in months], "series": series},
        "",
        "Month end",
        "Principal outstanding of open loans at the end of each month, by days past due at the end of that day. "
        "Interest and fees are not part of it.",
    )


def late_share(buckets: dict[str, Figures]) -> Decimal | None:
    late = sum((buckets[code].principal for code in LATE if code in buckets), ZERO)
    return percent(late, whole(buckets).principal)


@dataclass(frozen=True, slots=True)
class RollCell:
    """From one bucket to another. share: in percent of all that was in the first.  heat: 0 to 5, for its colour."""

    loans: int
    dollars: Decimal
    share: Decimal | None
    heat: int
    url: str


@dataclass(frozen=True, slots=True)
class RollTable:
    """to: the buckets and endings of the columns, heads: in words.

    rows: (bucket, its loans, its dollars a month before, a cell for each of `to`)."""

    title: str
    to: list[str]
    heads: list[str]
    rows: list[tuple[str, int, Decimal, list[RollCell]]]


def roll_table(rolls: dict[tuple[str, str], Figures], month: date, before: date, by: str, link: Link) -> RollTable:
    """Where the loans of each bucket went in a month. by: "dollars" (of the month before) or "loans"."""
    to = [*BUCKETS, *(code for code in ENDINGS if any(end == code for _, end in rolls))]

    def size(figures: Figures) -> Decimal:
        return figures.was_principal if by == "dollars" else Decimal(figures.loans)

    rows = []
    for start in BUCKETS:
        found = {end: figures for (was, end), figures in rolls.items() if was == start}
        if not found:
            continue
        all_of_it = sum((size(figures) for figures in found.values()), ZERO)
        cells = []
        for end in to:
            figures = found.get(end, NOTHING)
            share = percent(size(figures), all_of_it) if figures.loans else None
            heat = 0 if share is None else min(5, 1 + int(share // 20))
            cells.append(RollCell(figures.loans, figures.was_principal, share, heat, link("roll", month, start, end)))
        rows.append(
            (
                start,
                sum(figures.loans for figures in found.values()),
                sum((figures.was_principal for figures in found.values()), ZERO),
                cells,
            )
        )
    return RollTable(roll_finding(rolls, month, before, size), to, [label(code) for code in to], rows)


def roll_finding(
    rolls: dict[tuple[str, str], Figures], month: date, before: date, size: Callable[[Figures], Decimal]
) -> str:
    current = {end: size(figures) for (was, end), figures in rolls.items() if was == "current"}
    late = sum((amount for end, amount in current.items() if end in BUCKETS[1:]), ZERO)
    share = percent(late, sum(current.values(), ZERO))
    if share is None:
        return f"Nothing was current at the end of {month_name(before)}"
    return f"Of what was current at the end of {month_name(before)}, {said(share)} was late a month later"


def name_of(measure: str, key: str) -> str:
    if measure == "industry":
        return industry_name(key)
    if measure == "city":
        return key.title() or "Not known"
    return key.replace("under", "Under") if key.startswith("under") else key


def concentration(measure: str, found: dict[str, Figures], month: date, link: Link) -> Chart:
    """The ten largest, and the rest; sizes stand in their own order."""
    all_of_it = sum((one.principal for one in found.values()), ZERO)
    if measure == "size":
        shown = [key for key in SIZES if key in found]
    else:
        shown = sorted(found, key=lambda key: (-found[key].principal, key))[:TOP]
    rest = sum((found[key] for key in found.keys() - set(shown)), NOTHING)
    points = [(name_of(measure, key), found[key], link(measure, month, key)) for key in shown]
    if rest.open_loans:
        others = len(found) - len(shown)
        points.append((f"{others} others", rest, link(f"{measure}-rest", month)))
    words = {"industry": "industry", "city": "city", "size": "size of loan"}[measure]
    title = f"No loan is open, by {words}"
    if points:
        first = max(
            points, key=lambda point: point[1].principal if point[0] != points[-1][0] or not rest.open_loans else ZERO
        )
        title = f"{said(percent(first[1].principal, all_of_it))} of principal is in {first[0]}"
        if measure == "size":
            title = f"{said(percent(first[1].principal, all_of_it))} of principal is in loans of {first[0]}"
    return Chart(
        measure,
        title,
        {
            "kind": "ranked",
            "x": [name for name, _, _ in points],
            "series": [
                {
                    "name": "Principal",
                    "data": [figures.principal for _, figures, _ in points],
                    "urls": [url for _, _, url in points],
                }
            ],
        },
        "",
        {"industry": "Industry (NAICS)", "city": "City", "size": "Amount of the loan as agreed"}[measure],
        f"Principal outstanding of open loans at the end of the month by {words}, as the borrower's file said when the "
        "month was kept.",
    )


def cash(months: dict[date, dict[str, Figures]], link: Link) -> Chart:
    """Instalments that fell due beside what was received, by month."""
    sums = {month: whole(buckets) for month, buckets in months.items()}
    last = list(sums)[-1]
    share, year = percent(sums[last].received, sums[last].expected), list(sums.values())[-12:]
    over = percent(sum((one.received for one in year), ZERO), sum((one.expected for one in year), ZERO))
    title = f"Borrowers paid {said(share)} of what fell due in {month_name(last)}"
    if len(year) > 1:
        title += f", and {said(over)} over {len(year)} months"
    return two_lines(
        "cash",
        title,
        sums,
        link,
        ("expected", "Fell due"),
        ("received", "Received"),
        "Instalments that fell due in the month on loans that went on, beside payments, payoffs and recoveries that "
        "count in it. Paying ahead and paying off count as received, so it can be more than fell due.",
    )


def losses_by_month(months: dict[date, dict[str, Figures]], link: Link) -> Chart:
    """Charge-offs and recoveries, by month."""
    sums = {month: whole(buckets) for month, buckets in months.items()}
    year = list(sums.values())[-12:]
    lost, back = sum((one.charged_off for one in year), ZERO), sum((one.recovered for one in year), ZERO)
    over = f"over {len(year)} month{'s' if len(year) > 1 else ''}"
    title = (
        f"${lost:,.2f} was charged off {over}, and ${back:,.2f} recovered"
        if lost or back
        else (f"Nothing was charged off or recovered {over}")
    )
    return two_lines(
        "charge-offs",
        title,
        sums,
        link,
        ("charged_off", "Charged off"),
        ("recovered", "Recovered"),
        "Principal charged off in the month, and cash recovered in it of what was charged off at any time. Interest "
        "and fees written off with it, and losses on loans sold, are not part of it.",
    )


def two_lines(
    chart_id: str,
    title: str,
    sums: dict[date, Figures],
    link: Link,
    first: tuple[str, str],
    second: tuple[str, str],
    info: str,
) -> Chart:
    series: list[dict[str, Any]] = [
        {
            "name": name,
            "data": [getattr(figures, field) for figures in sums.values()],
            "urls": [link(field, month) for month in sums],
        }
        for field, name in (first, second)
    ]
    return Chart(
        chart_id,
        title,
        {"kind": "bar", "x": [month_name(month) for month in sums], "series": series},
        "",
        "Month",
        info,
    )
