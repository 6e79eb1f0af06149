"""The books: the general ledger, the loans as dated events, boarding, and the end of day. Owns what is owed."""
