from tenants.models.list_file import ListFile, ListFilePiece
from tenants.models.long_work import LongWork
from tenants.models.saved_view import SavedView
from tenants.models.tenant import Address, LegalEntity, Tenant
from tenants.models.user import Role, User

__all__ = ["Address", "LegalEntity", "ListFile", "ListFilePiece", "LongWork", "Role", "SavedView", "Tenant", "User"]
