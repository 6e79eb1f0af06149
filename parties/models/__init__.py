from parties.models.change import PartyChange
from parties.models.name_key import NameKey, search_text
from parties.models.party import Identifier, Party, PortalAccess

__all__ = ["Identifier", "NameKey", "Party", "PartyChange", "PortalAccess", "search_text"]
