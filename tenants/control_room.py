"""What the control room (Django's admin) lets anybody do: look, and nothing else, unless a page says otherwise.

Whatever has effect on the books is done where its work is done, by an operation; `instead` says where.
"""

from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

VIEW = "lending.view_admin"
CHANGE = "lending.change_configuration"


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read-only, for whoever may enter the control room."""

    change_form_template: ClassVar[str | None] = "admin/look_only.html"
    change_list_template: ClassVar[str | None] = "admin/look_only_list.html"
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50
    # Searched for the exact amount when a person types one.
    amount_fields: ClassVar[tuple[str, ...]] = ()
    # What to do instead of changing it here: a sentence.
    instead: ClassVar[str] = "Nothing here can be changed: it is the record of what happened."

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(VIEW)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(VIEW)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def page_of(self, obj: Any) -> str:
        """The address of the page where the work on `obj` is done; empty when there is none."""
        return ""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, (extra_context or {}) | {"instead": self.instead})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> Any:
        obj = self.get_object(request, object_id)
        shown = {"instead": self.instead, "page_of_it": self.page_of(obj) if obj is not None else ""}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | shown)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found, duplicates = super().get_search_results(request, queryset, search_term)
        amount = amount_in(search_term)
        if amount is not None and self.amount_fields:
            wanted = Q()
            for name in self.amount_fields:
                wanted |= Q(**{name: amount})
            found = found | queryset.filter(wanted)
        return found, duplicates


class Configured(LookOnly):
    """Changed here, by whoever may change how the lender's system is set up."""

    change_form_template = None
    change_list_template = None

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(CHANGE)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm(CHANGE)


def amount_in(typed: str) -> Decimal | None:
    """The dollars somebody typed into a search, as in 1,234.50 or $312.40; None when it is no amount."""
    try:
        amount = Decimal(typed.strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal(10) ** 16 else None
