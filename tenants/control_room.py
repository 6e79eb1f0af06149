"""What the control room (Django's admin) lets anybody do: look, and nothing else, unless a page says otherwise.

Whatever has effect on the books is done where its work is done, by an operation; `instead` says where.
"""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, ClassVar, get_type_hints

from django.contrib import admin
from django.contrib.admin.utils import label_for_field, lookup_field
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.template import Engine
from django.utils.html import format_html
from django.utils.safestring import SafeString

VIEW = "lending.view_admin"
CHANGE = "lending.change_configuration"


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read-only, for whoever may enter the control room."""

    change_form_template: ClassVar[str | None] = "admin/look_only.html"
    change_list_template: ClassVar[str | None] = "admin/look_only_list.html"
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 50
    empty_value_display = "–"
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

    def get_list_display(self, request: HttpRequest) -> Any:
        return [figure(self, name) for name in super().get_list_display(request)]

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """What can only be read is written as on the staff's pages."""
        sets = super().get_fieldsets(request, obj)
        fixed = self.get_readonly_fields(request, obj) if self.has_change_permission(request, obj) else None

        def shown(name: Any) -> Any:
            column = figure(self, name)
            return column if fixed is None or column in fixed else name

        return [(title, given | {"fields": [shown(name) for name in given["fields"]]}) for title, given in sets]

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

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return tuple(figure(self, name) for name in super().get_readonly_fields(request, obj))


# The filter that writes a column of such a type, of a field with so many decimals (a rate has six, an APR twelve).
BY_TYPE: dict[Any, str] = {Decimal: "money", date: "day", datetime: "moment"}
BY_DECIMALS = {2: "money", 6: "rate", 12: "rate"}


def kind_of(page: LookOnly, name: str) -> str:
    """The filter that writes column `name`; empty where it has no figures. A large integer is a key, and no figure."""
    try:
        field = page.model._meta.get_field(name)
    except FieldDoesNotExist:
        method = None if name == "__str__" else getattr(page, name, None)
        return BY_TYPE.get(get_type_hints(method).get("return"), "") if method else ""
    if isinstance(field, models.DecimalField):
        return BY_DECIMALS.get(field.decimal_places, "written")
    if isinstance(field, models.DateField):
        return "moment" if isinstance(field, models.DateTimeField) else "day"
    return "count" if isinstance(field, models.IntegerField) and not isinstance(field, models.BigIntegerField) else ""


@cache
def figure(page: LookOnly, name: Any) -> Any:
    """Column `name` of a page, its values written as on the staff's pages; `name` itself where it has no figures."""
    kind = kind_of(page, name) if isinstance(name, str) else ""
    if not kind:
        return name
    label, method = label_for_field(name, page.model, page, return_attr=True)
    builtins = Engine.get_default().template_builtins
    write = next(library.filters[kind] for library in builtins if kind in library.filters)

    def column(obj: Model) -> SafeString:
        return format_html("{}", write(lookup_field(name, obj, page)[2]))

    # Django makes the class of a heading and of its cells from this name.
    column.__name__ = f"{name} {'lw-nowrap' if kind == 'moment' else 'lw-figure'}"
    return admin.display(
        column, description=label, ordering=getattr(method, "admin_order_field", None) if method else name
    )


def amount_in(typed: str) -> Decimal | None:
    """The dollars somebody typed into a search, as in 1,234.50 or $312.40; None when it is no amount."""
    try:
        amount = Decimal(typed.strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < Decimal(10) ** 16 else None
