"""One component for every list: declared as data, read from the address, shown and exported alike.

docs/decisions/0010-one-list-component.md says why it is here.
"""

from tenants.lists.declared import LISTS, Choice, Column, RowList, Rows, Search, in_any
from tenants.lists.shown import Shown, SumRow

__all__ = ["LISTS", "Choice", "Column", "RowList", "Rows", "Search", "Shown", "SumRow", "in_any"]
