from parties.models.name_key import NameKey, search_text
from parties.models.party import Identifier, Party, PortalAccess

__all__ = ["Identifier", "NameKey", "Party", "PortalAccess", "search_text"]
