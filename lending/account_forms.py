"""allauth's forms, with what is missing said in our words."""

from typing import Any

from allauth.account import forms as allauth
from django import forms

MISSING = {
    "login": "Type your email address.",
    "email": "Type your email address.",
    "full_name": "Type your name.",
    "oldpassword": "Type your present password.",
    "password": "Type your password.",
    "password1": "Type a password.",
    "password2": "Type the password once more.",
}


class InOurWords(forms.Form):
    """A form whose required fields say what to type."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, said in MISSING.items():
            if name in self.fields:
                self.fields[name].error_messages["required"] = said


class SignIn(InOurWords, allauth.LoginForm):  # type: ignore[misc]
    """E-mail address and password."""


class SignUp(InOurWords, allauth.SignupForm):  # type: ignore[misc]
    """Name, e-mail address and a password, twice."""


class ForgottenPassword(InOurWords, allauth.ResetPasswordForm):  # type: ignore[misc]
    """The e-mail address to which the way back is sent."""


class ChangedPassword(InOurWords, allauth.ChangePasswordForm):  # type: ignore[misc]
    """The present password, and another, twice."""
