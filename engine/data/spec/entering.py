"""What becomes of a table's rows before they enter a network, as a comment in exported code."""

from __future__ import annotations

from engine.data.options.table import Table
from engine.data.spec.spec import DataSpec

_GAPS = {"mean": "Gaps are filled with the mean.", "median": "Gaps are filled with the median.",
         "drop": "Rows with gaps in these are left out.",
         "category": "Gaps are filled with the mean, and a column of 0 and 1 says where they were."}


def entering(spec: DataSpec) -> tuple[str, ...]:
    """Sentences, one a line; none of other data than tables."""
    return _of_table(spec.table, spec.task == "regression") if "preparation" in spec.source.pages(spec) else ()


def _of_table(table: Table, is_number: bool) -> tuple[str, ...]:
    numbers = ("Rows are standardised before they enter: from each number column its mean is subtracted,",
               "then it is divided by its deviation, both over the training rows; see Data, Numbers.")
    lines = numbers if table.standardize else ("Number columns enter as they are.",)
    more = ("The target is learned as its natural logarithm.",) if table.log_target and is_number else ()
    return (*lines, _GAPS[table.missing_numbers], "Each category is a column of 0 and 1.", *more)
