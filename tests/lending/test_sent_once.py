"""A form that was sent is not done again, and a page that outlived its sign-in can ask who is signed in."""

from contextlib import nullcontext
from typing import Any

import pytest
from django.core.cache import cache

from tenants.models import SavedView
from tests.pages import words

TOKEN = "a" * 64


@pytest.fixture
def view(people: Any) -> Any:
    cache.clear()
    return SavedView.objects.create(user=people.operations, list="loans", name="Open", query="state=active")


def send(client: Any, view: Any, committed: Any, name: str, token: str = TOKEN) -> Any:
    with committed(execute=True):
        form = {"name": name, "back": "/loans/", "csrfmiddlewaretoken": token}
        return client.post(
            f"/views/{view.pk}/", "&".join(f"{k}={v}" for k, v in form.items()), "application/x-www-form-urlencoded"
        )


def test_the_same_form_of_the_same_page_is_done_once(
    view: Any, people: Any, client_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client, committed = client_of(people.operations), django_capture_on_commit_callbacks
    first = send(client, view, committed, "Mine")
    SavedView.objects.update(name="Changed since")
    again = send(client, view, committed, "Mine")
    assert (first.status_code, again.status_code) == (302, 302)
    assert again.url == first.url
    assert SavedView.objects.get().name == "Changed since"
    assert "That was sent already. Nothing was done a second time" in words(client.get(again.url))


@pytest.mark.parametrize(("name", "token"), [("Mine", "b" * 64), ("Ours", TOKEN)], ids=["another page", "another name"])
def test_another_page_or_other_words_are_another_form(
    view: Any, people: Any, client_of: Any, django_capture_on_commit_callbacks: Any, name: str, token: str
) -> None:
    client, committed = client_of(people.operations), django_capture_on_commit_callbacks
    send(client, view, committed, "Mine")
    SavedView.objects.update(name="Changed since")
    send(client, view, committed, name, token)
    assert SavedView.objects.get().name == name


def test_what_came_back_with_an_error_may_be_sent_again(
    view: Any, people: Any, client_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    client, committed = client_of(people.operations), django_capture_on_commit_callbacks
    SavedView.objects.create(user=people.operations, list="loans", name="Taken", query="")
    assert send(client, view, committed, "Taken").status_code == 422
    SavedView.objects.filter(name="Taken").delete()
    assert send(client, view, committed, "Taken").status_code == 302
    assert SavedView.objects.get().name == "Taken"


def test_what_was_not_committed_was_not_sent(view: Any, people: Any, client_of: Any) -> None:
    client = client_of(people.operations)

    def with_nothing(execute: bool) -> Any:
        return nullcontext()

    send(client, view, with_nothing, "Mine")
    SavedView.objects.update(name="Changed since")
    send(client, view, with_nothing, "Mine")
    assert SavedView.objects.get().name == "Mine"


def test_somebody_else_who_sends_the_same_is_somebody_else(
    view: Any, people: Any, client_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    committed = django_capture_on_commit_callbacks
    send(client_of(people.operations), view, committed, "Mine")
    assert send(client_of(people.auditor), view, committed, "Mine").status_code == 404


def test_a_page_asks_who_is_signed_in(tenant: Any, people: Any, client: Any, client_of: Any) -> None:
    assert client.get("/signed-in/").json() == {"person": None}
    answer = client_of(people.auditor).get("/signed-in/")
    assert answer.json() == {"person": people.auditor.pk}
    assert "no-store" in answer.headers["Cache-Control"]
    assert f'<meta name="person" content="{people.auditor.pk}">' in client_of(people.auditor).get("/").content.decode()
