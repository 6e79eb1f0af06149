"""The control room: people and companies."""

from typing import Any

from django.contrib import admin

from parties.models import Identifier, NameKey, Party, PartyChange, PortalAccess
from tenants.control_room import LookOnly


@admin.register(Party)
class PartyAdmin(LookOnly):
    list_display = ("name", "kind", "city", "state", "email", "name_is_generated")
    list_filter = ("kind", "name_is_generated")
    search_fields = ("name", "email", "loans__number")
    instead = "A party comes with its application, or with the tape it was boarded from."


@admin.register(Identifier)
class IdentifierAdmin(LookOnly):
    """The last four digits, and never the rest."""

    list_display = ("party", "kind", "last_four")
    list_select_related = ("party",)
    search_fields = ("party__name", "last_four")
    fields = ("party", "kind", "last_four")
    instead = "An identifier comes with its application, encrypted."


@admin.register(PartyChange)
class PartyChangeAdmin(LookOnly):
    list_display = ("party", "field", "was", "now", "because", "by", "recorded_on", "recorded_at")
    list_filter = ("field",)
    list_select_related = ("party", "by")
    search_fields = ("party__name", "was", "now")

    def page_of(self, obj: Any) -> str:
        return f"/parties/{obj.party_id}/"


@admin.register(PortalAccess)
class PortalAccessAdmin(LookOnly):
    list_display = ("user", "party", "created_at")
    list_select_related = ("user", "party")
    search_fields = ("user__email", "party__name")
    instead = "Access is given when the borrower's application is taken into review."


@admin.register(NameKey)
class NameKeyAdmin(LookOnly):
    list_display = ("key", "party")
    list_select_related = ("party",)
    instead = "The words of a name follow the name by themselves."
