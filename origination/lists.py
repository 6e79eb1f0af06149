"""The lists of this place, as data: see tenants.lists."""

from datetime import date

from django.db.models import QuerySet
from django.db.models.functions import Coalesce, Collate
from django.urls import reverse

from origination.models import Application
from parties.models import search_text
from parties.selectors import ids_with_words
from tenants.lists import Choice, Column, RowList, Search, in_any

STATES = {value: label for value, label in Application.State.choices if value != "draft"}


def named_or_numbered(text: str, most: int) -> tuple[list[int], bool]:
    """Applications whose number begins so, or whose borrower's name has these words; and whether there are more."""
    every = Application.objects.annotate(plain_number=Collate("number", "C"))
    numbered = every.filter(plain_number__begins_with=text.upper()).order_by("plain_number")
    parties, more = ids_with_words(search_text(text).split(), most, most)
    named = Application.objects.filter(party__pk__any_of=parties)
    keys, more_of_them = in_any(most, numbered, named)
    return keys, more or more_of_them


def sent_with_money() -> QuerySet[Application]:
    """What the lender may see; `money` is offered, or else asked for."""
    sent: QuerySet[Application] = Application.objects.sent()
    return sent.annotate(money=Coalesce("offer__amount", "amount"))


def decide_by(application: Application) -> date | None:
    """The day by which the applicant hears, while they wait for it."""
    return application.decide_by if application.state in ("submitted", "in_review") else None


APPLICATIONS = RowList(
    name="applications",
    noun=("application", "applications"),
    permission="origination.view_application",
    order=("-pk",),
    selectable=True,
    headline="amount",
    base=("state",),
    filters=(
        Search(name="q", label="Name or number", found=named_or_numbered),
        Choice(
            name="state",
            label="State",
            any="Every state",
            choices=STATES,
            apply=lambda rows, value: rows.filter(state=value),
        ),
    ),
    columns=(
        Column(
            key="number",
            label="Application",
            value="number",
            sort="number",
            url=lambda one: reverse("application", args=[one.number]),
        ),
        Column(key="name", label="Who borrows", value="name", sort="name"),
        Column(
            key="amount",
            label="Amount",
            value=lambda one: one.money,
            cell="money",
            sort="money",
            sum="money",
            unit="USD",
        ),
        Column(key="state", label="State", value="state", cell="state", sort="state"),
        Column(key="since", label="Since", value="state_since", cell="day", sort="state_since"),
        Column(key="submitted", label="Sent", value="submitted_on", cell="day", sort="submitted_on"),
        Column(key="decide_by", label="Decide by", value=decide_by, reads=("submitted_on",), cell="weekday"),
        Column(key="months", label="Months", value="months", cell="count", sort="months", shown=False),
        Column(key="purpose", label="Purpose", value="purpose", cell="wrap", shown=False),
        Column(
            key="product",
            label="Product",
            value="product_version.product.name",
            sort="product_version__product__name",
            shown=False,
        ),
        Column(
            key="reviewer",
            label="With",
            value="reviewer",
            reads=("reviewer__full_name", "reviewer__email"),
            sort="reviewer__full_name",
            nullable=True,
            shown=False,
        ),
    ),
)
