"""People and companies, their roles, contacts, bank accounts and identifiers (encrypted)."""
