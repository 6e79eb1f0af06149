"""From the first question to the signed agreement: applications, decisions, offers, and the way to the books."""
