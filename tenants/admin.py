"""The control room: the lender itself, its people and what their roles let them do."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from tenants.control_room import Configured, LookOnly
from tenants.models import Address, LegalEntity, ListFile, ListFilePiece, LongWork, Role, SavedView, Tenant, User


@admin.register(Tenant)
class TenantAdmin(LookOnly):
    list_display = ("name", "slug", "business_date", "time_zone")
    instead = "The business date moves when the day is closed: see End of day."


@admin.register(LegalEntity)
class LegalEntityAdmin(LookOnly):
    list_display = ("name", "currency")
    instead = "A company is set up with its books, when the lender is opened."


@admin.register(Address)
class AddressAdmin(LookOnly):
    list_display = ("host", "legal_entity")
    list_select_related = ("legal_entity",)
    instead = "Addresses are set up by whoever runs the servers."


@admin.register(SavedView)
class SavedViewAdmin(LookOnly):
    list_display = ("name", "list", "user", "shared", "is_default")
    list_select_related = ("user",)
    instead = "Whoever keeps a view of a list changes it on that list."


@admin.register(LongWork)
class LongWorkAdmin(LookOnly):
    list_display = ("title", "kind", "source", "by", "started_at", "done", "total", "finished_at", "failure")
    list_filter = ("kind", "source")
    list_select_related = ("by",)
    search_fields = ("title", "failure")
    instead = "It is started, watched and taken up again where its work is done. See Long work."


@admin.register(ListFile)
class ListFileAdmin(LookOnly):
    list_display = ("name", "list", "work", "size", "kept_until")
    list_select_related = ("work",)
    instead = "Whoever ordered it fetches it from Long work."


@admin.register(ListFilePiece)
class ListFilePieceAdmin(LookOnly):
    list_display = ("file", "number")
    fields = ("file", "number")
    list_select_related = ("file",)
    instead = "Whoever ordered the file fetches it from Long work."


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """What both forms of a person share."""

    roles = forms.MultipleChoiceField(
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="What a person may do is what their roles say; docs/events.md lists it by event.",
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise ValidationError("Somebody already signs in with this address: open that person, or use another one.")
        return email


class NewPersonForm(PersonForm, AdminUserCreationForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "full_name", "roles")


class ChangePersonForm(PersonForm, UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ("email", "full_name", "roles", "is_active", "password")


@admin.register(User)
class PersonAdmin(Configured, UserAdmin):  # type: ignore[type-arg]
    """People are made and changed here. Nobody changes their own roles, and nobody is deleted: they did things."""

    form = ChangePersonForm
    add_form = NewPersonForm
    list_display = ("full_name", "email", "role_names", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("full_name", "email")
    ordering = ("full_name", "email")
    filter_horizontal = ()
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("full_name", "email", "password")}),
        ("What this person may do", {"fields": ("roles", "is_active")}),
        ("Since when", {"fields": ("created_at", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("full_name", "email", "roles", "usable_password", "password1", "password2")}),)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = ("roles", "is_active") if obj is not None and obj.pk == request.user.pk else ()
        return (*super().get_readonly_fields(request, obj), *own)
