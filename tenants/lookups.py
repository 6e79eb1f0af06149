"""Filters that a fenced table can answer from an index."""

from typing import Any

from django.db.models import BigAutoField, CharField, Lookup


@CharField.register_lookup
class BeginsWith(Lookup):
    """`name__begins_with="ced"`: exact case, from an index whose collation is "C".

    Under row-level security PostgreSQL takes a condition to an index only if its operator is leakproof: LIKE and the
    trigrams are not, ^@ is. So this reads the few rows that begin so, where the others read a lender's every row.
    """

    lookup_name = "begins_with"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} ^@ {right}", [*left_values, *right_values]


@BigAutoField.register_lookup
class AnyOf(Lookup):
    """`pk__any_of=[1, 2]`: thousands of keys as one array, where `in` writes and plans each as a value of its own."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_values = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s::bigint[])", [*left_values, list(self.rhs)]
