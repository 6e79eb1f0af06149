"""Signing in: with a password, with a second factor where staff need one, locked out after too many tries."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tenants.models import User
from tests.conftest import People, make_tenant

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def no_earlier_failures() -> None:
    cache.clear()


def try_to_sign_in(client: Client, user: User, password: str) -> Any:
    return client.post(LOGIN, {"login": user.email, "password": password})


def test_the_right_password_signs_in_and_the_wrong_one_says_so(client: Client, people: People) -> None:
    wrong = try_to_sign_in(client, people.operations, "another password")
    assert wrong.status_code == 200
    assert "The email address and/or password you specified are not correct." in wrong.content.decode()
    assert "_auth_user_id" not in client.session
    right = try_to_sign_in(client, people.operations, "a long password 1")
    assert (right.status_code, right.url) == (302, reverse("home"))
    assert client.session["_auth_user_id"] == str(people.operations.pk)


def test_five_wrong_passwords_lock_the_address_out_even_with_the_right_one(client: Client, people: People) -> None:
    for _ in range(5):
        last = try_to_sign_in(client, people.operations, "wrong password")
    assert last.status_code == 429
    locked = try_to_sign_in(client, people.operations, "a long password 1")
    assert locked.status_code == 429
    assert "_auth_user_id" not in client.session
    # Somebody else at the same address is not.
    assert try_to_sign_in(client, people.auditor, "a long password 1").status_code == 302


def test_staff_without_a_second_factor_can_only_set_one_up_outside_the_demo(
    client_of: Any, people: People, settings: Any
) -> None:
    settings.MFA_REQUIRED_FOR_STAFF = True
    client = client_of(people.operations)
    answer = client.get(reverse("loans"))
    assert (answer.status_code, answer.url) == (302, reverse("mfa_activate_totp"))
    assert client.get(reverse("account_change_password")).status_code == 200
    Authenticator.objects.create(user=people.operations, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get(reverse("loans")).status_code == 200


def test_a_borrower_may_use_a_second_factor_but_need_not(client_of: Any, people: People, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR_STAFF = True
    assert client_of(people.borrower).get(reverse("portal_home")).status_code == 200
    assert client_of(people.borrower).get(reverse("mfa_index")).status_code == 200


def test_whoever_signs_up_is_a_borrower_of_this_tenant(client: Client, tenant: Any) -> None:
    answer = client.post(
        reverse("account_signup"),
        {
            "full_name": "New Person",
            "email": "New@Example.com",
            "password1": "long enough 22",
            "password2": "long enough 22",
        },
    )
    assert answer.status_code == 302
    user = User.objects.get(email="new@example.com")
    assert (user.roles, user.full_name, user.tenant_id) == (["borrower"], "New Person", tenant.pk)
    assert user.is_staff is False


def test_an_address_nobody_is_served_at_shows_nobody(client: Client, tenant: Any) -> None:
    answer = client.get(LOGIN, headers={"host": "localhost"})
    assert answer.status_code == 404


def test_the_session_of_one_tenant_is_nobody_at_another(django_db_blocker: Any, committed: str) -> None:
    from tenants.current import tenant_context
    from tests.conftest import make_people

    first, second = make_tenant("First", host="localhost"), make_tenant("Second", host="127.0.0.1")
    client = Client()
    with tenant_context(first.pk):
        user = make_people().operations
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    with tenant_context(second.pk):
        make_people()
    assert client.get(reverse("home"), headers={"host": "localhost"}).status_code == 200
    elsewhere = client.get(reverse("home"), headers={"host": "127.0.0.1"})
    assert (elsewhere.status_code, elsewhere.url.split("?")[0]) == (302, LOGIN)


@pytest.mark.parametrize("page", [LOGIN, "/accounts/signup/", "/"])
def test_every_answer_allows_scripts_and_styles_of_our_own_only(client: Client, tenant: Any, page: str) -> None:
    policy = client.get(page).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip())
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self'"
    assert directives["style-src"] == "'self'"
    assert directives["frame-ancestors"] == "'none'"
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (LOGIN, ["Type your email address.", "Type your password."]),
        ("/accounts/signup/", ["Type your name.", "Type your email address.", "Type a password."]),
        ("/accounts/password/reset/", ["Type your email address."]),
    ],
)
def test_what_is_missing_is_asked_for_in_our_words(client: Client, tenant: Any, page: str, said: list[str]) -> None:
    answer = client.post(page, {}).content.decode()
    assert [sentence for sentence in said if sentence not in answer] == []
    assert "This field is required." not in answer
