"""The lists of what is proved and tried: differences, proofs, loans that a night could not do, what-ifs."""

from typing import Any

from django.urls import reverse

from ledger.close.laws import LAWS
from ledger.close.steps import STEPS
from ledger.models import Fork, Proof
from tenants.lists import Choice, Column, RowList

LAW_CHOICE = Choice(
    name="law",
    label="Law",
    any="Every law",
    choices={code: Proof.Law(code).label for code in LAWS},
    apply=lambda rows, value: rows.filter(law=value),
)


def short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


DIFFERENCES = RowList(
    name="differences",
    noun=("difference", "differences"),
    permission="ledger.view_proof",
    order=("pk",),
    filters=(LAW_CHOICE,),
    columns=(
        Column(
            key="what",
            label="What differs",
            value="what",
            cell="wrap",
            sort="what",
            url=lambda row: reverse("difference", args=[row.pk]),
        ),
        Column(
            key="expected",
            label="Expected",
            value=lambda row: short(row.expected),
            reads=("expected",),
            cell="wrap",
            file=lambda row: row.expected,
        ),
        Column(
            key="found",
            label="Found",
            value=lambda row: short(row.found),
            reads=("found",),
            cell="wrap",
            file=lambda row: row.found,
        ),
        Column(key="law", label="Law", value=lambda row: row.get_law_display(), reads=("law",), sort="law"),
        Column(
            key="since",
            label="Since",
            value="first_proof.business_date",
            cell="day",
            sort="first_proof__business_date",
        ),
        Column(
            key="last",
            label="Last found",
            value="last_proof.proved_at",
            cell="moment",
            sort="last_proof__proved_at",
        ),
        Column(
            key="owner",
            label="Who looks after it",
            value=lambda row: str(row.owner or "Nobody yet"),
            reads=("owner__full_name", "owner__email"),
        ),
    ),
)


def result(proof: Proof) -> tuple[str, str]:
    """(word, meaning)."""
    return ("Holds", "good") if proof.holds else ("Does not hold", "problem")


PROOFS = RowList(
    name="proofs",
    noun=("proof", "proofs"),
    permission="ledger.view_proof",
    order=("-proved_at", "-pk"),
    compact=True,
    columns=(
        Column(key="tried", label="Tried", value="proved_at", cell="moment", sort="proved_at"),
        Column(key="day", label="Business date", value="business_date", cell="day", sort="business_date"),
        Column(
            key="by",
            label="By",
            value=lambda proof: "The night" if proof.night_id else "On demand",
            reads=("night",),
        ),
        Column(key="compared", label="Compared", value="compared", cell="count", sort="compared"),
        Column(
            key="result",
            label="Result",
            value=result,
            reads=("holds",),
            cell="badge",
            file=lambda proof: result(proof)[0],
        ),
    ),
)

EXCEPTIONS = RowList(
    name="exceptions",
    noun=("loan", "loans"),
    permission="ledger.view_night",
    order=("-loan__balance__principal", "pk"),
    filters=(
        Choice(
            name="step",
            label="Step",
            any="Every step",
            choices=lambda: {step.name: step.label for step in STEPS},
            apply=lambda rows, value: rows.filter(step=value),
        ),
    ),
    columns=(
        Column(
            key="loan",
            label="Loan",
            value="loan.number",
            reads=("loan__number", "loan__state"),
            sort="loan__number",
            url=lambda one: reverse("loan", args=[one.loan.number]),
        ),
        Column(key="night", label="Night", value="night.business_date", cell="day", sort="night__business_date"),
        Column(key="step", label="Step", value="step", sort="step"),
        Column(key="sentence", label="What stopped it", value="sentence", cell="wrap"),
        Column(
            key="again",
            label="Once it is mended",
            value=lambda one: "",
            reads=("pk",),
            cell="lending/_cell_try_again.html",
        ),
    ),
)

FORK_MEANINGS = {"draft": "neutral", "proposed": "attention", "committed": "good", "withdrawn": "neutral"}


def state_of_fork(fork: Fork) -> tuple[str, str]:
    """(word, meaning)."""
    return (fork.state.capitalize(), FORK_MEANINGS[fork.state])


def by_loan(fork: Any) -> str:
    return reverse("what_if", args=[fork.loan.number, fork.pk])


WHAT_IFS = RowList(
    name="what_ifs",
    noun=("what-if", "what-ifs"),
    permission="ledger.view_loan",
    order=("-pk",),
    compact=True,
    base=("state", "loan__number", "loan__state"),
    columns=(
        Column(key="title", label="What if", value="title", cell="wrap", sort="title", url=by_loan),
        Column(
            key="state",
            label="State",
            value=state_of_fork,
            cell="badge",
            sort="state",
            file=lambda fork: state_of_fork(fork)[0],
        ),
        Column(key="by", label="Made by", value="made_by", reads=("made_by__full_name", "made_by__email")),
        Column(key="on", label="Made on", value="made_on", cell="day", sort="made_on"),
    ),
)
