"""Wrong input, in each of the staff's forms: it comes back as it was, and nothing moved."""

# ruff: noqa: F811 (fixtures)

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Response

from tests.journeys.staff_forms import (  # noqa: F401 (fixtures)
    IDLE,
    WRONG,
    counts,
    fill,
    form_of,
    names,
    send,
    staff,
    typed_in,
)


def answers_a_form(answer: Response) -> bool:
    """Not one that says what a form would do."""
    return answer.request.method == "POST" and not answer.url.endswith(("/effect/", "/price/"))


def test_wrong_input_comes_back_with_the_sentence_beside_it(
    staff: Callable[[str], Page], names: dict[str, Any], counts: Callable[[], dict[str, int]]
) -> None:
    before, faults = counts(), {}
    forms = [(staff(role), *one) for role, rows in WRONG.items() for one in rows.items()]
    for page, address, (typed, wrong, sentence) in forms:
        page.goto(address.format(**names))
        form = fill(page, typed)
        with page.expect_response(answers_a_form) as sent:
            send(form)
        page.wait_for_load_state()
        page.wait_for_function(IDLE)
        form = form_of(page, wrong)
        found = (
            sent.value.status,
            form.locator(".lw-wrong", has=page.locator(f"[name='{wrong}']")).all_inner_texts(),
            typed_in(form, typed),
            page.evaluate("document.activeElement.name"),
        )
        if found[0] != 422 or sentence not in "".join(found[1]) or found[2:] != (typed, wrong):
            faults[address] = found
    assert faults == {}
    assert counts() == before
