"""Lending arithmetic: pure functions on exact numbers. Nothing here knows Django, a database or today's date."""
