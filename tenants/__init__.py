"""The lenders on this system: tenants, legal entities, addresses, business dates, users and roles, the fence."""
