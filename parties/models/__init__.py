from parties.models.party import Identifier, Party, PortalAccess

__all__ = ["Identifier", "Party", "PortalAccess"]
