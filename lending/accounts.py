"""Sign-in and sign-up: allauth, within the tenant of the address that was asked for."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.http import HttpRequest

from tenants.models import Role, User


class SignupForm(forms.Form):
    """What allauth's form asks beyond e-mail address and password."""

    full_name = forms.CharField(max_length=120, label="Your name")
    field_order = ("full_name", "email", "password1", "password2")

    def signup(self, request: HttpRequest, user: User) -> None:
        user.full_name = self.cleaned_data["full_name"]
        user.save(update_fields=["full_name"])


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Whoever signs up is a borrower; staff are made by an administrator."""

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.roles = [Role.BORROWER]  # type: ignore[misc]
        saved: User = super().save_user(request, user, form, commit)
        return saved


def username_within_tenant(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """What axes counts failures under: the same address at two lenders is two people."""
    typed = (credentials or {}).get("username") or (credentials or {}).get("email") or request.POST.get("login", "")
    return f"{getattr(request, 'tenant_id', '')}:{typed.lower()}"
