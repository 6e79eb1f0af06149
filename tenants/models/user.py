"""People who sign in."""

from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from tenants.base import TenantModel
from tenants.roles import STAFF_ROLES, permissions_of


class Role(models.TextChoices):
    UNDERWRITER = "underwriter"
    OPERATIONS = "operations"
    COLLECTIONS = "collections"
    PORTFOLIO_MANAGER = "portfolio_manager", "Portfolio manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    BORROWER = "borrower"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(TenantModel, AbstractBaseUser):
    """A person of one tenant, with the roles that tenants/roles.toml turns into permissions."""

    email = models.EmailField()
    full_name = models.CharField(max_length=120)
    roles: ClassVar[Any] = ArrayField(models.CharField(max_length=20, choices=Role.choices), default=list)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    toured = models.BooleanField(default=False, db_default=False, help_text="Has seen, or sent away, the tour.")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        constraints = [
            models.UniqueConstraint("tenant", "email", name="user_email_once"),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
            models.CheckConstraint(condition=models.Q(roles__contained_by=Role.values), name="user_roles_known"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether this person works for the lender, as opposed to borrowing from it."""
        return bool(STAFF_ROLES.intersection(self.roles))

    @property
    def is_superuser(self) -> bool:
        """Nobody is: what a person may do is what their roles say."""
        return False

    def has_role(self, *roles: str) -> bool:
        return bool(set(roles).intersection(self.roles))

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and perm in permissions_of(frozenset(self.roles))

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and any(
            perm.startswith(f"{app_label}.") for perm in permissions_of(frozenset(self.roles))
        )

    def role_names(self: Self) -> str:
        return ", ".join(Role(role).label for role in self.roles)
