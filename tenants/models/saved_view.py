"""A list as a person wants to see it again: its filters, columns and order."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tenants.base import TenantForeignKey, TenantModel
from tenants.models.user import User


class SavedView(TenantModel):
    """The part of a list's address that says what it shows, by a name. The list asks for its own permission."""

    rights: ClassVar[str] = "SELECT, INSERT, DELETE, UPDATE"

    user = TenantForeignKey(User, related_name="saved_views", db_index=False)
    list = models.CharField(max_length=40, help_text="The name of a tenants.lists.RowList.")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True, help_text="What stands after the ? of the address.")
    shared = models.BooleanField(default=False, help_text="Everybody of the lender who may open the list sees it.")
    is_default = models.BooleanField(default=False, help_text="What its owner sees when they open the list.")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("tenant", "user", "list", "name", name="saved_view_name_once"),
            models.UniqueConstraint(
                "tenant", "user", "list", condition=Q(is_default=True), name="saved_view_one_default"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]
        indexes = [models.Index(fields=["tenant", "list", "shared"], name="saved_view_of_list")]

    def __str__(self) -> str:
        return self.name
