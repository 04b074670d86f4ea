"""How a table of columns becomes numbers: frozen options. No torch, no pandas."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from engine.data.options.options import Options

ColumnKind = Literal["number", "category", "ignore"]
Delimiter = Literal["auto", "comma", "semicolon", "tab", "bar", "space"]
DELIMITERS: dict[Delimiter, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}


def _as_choice(value: object) -> object:
    """As earlier versions wrote it: yes was what nobody had chosen."""
    return {True: "auto", False: "no", "true": "yes", "false": "no"}.get(value, value) if isinstance(
        value, (bool, str)) else value


class Table(Options):
    """The target, what each column is, and how it is prepared; every statistic is that of the training rows."""

    target: str = Field("", max_length=1000, title="Target", description="Column to predict.",
                        json_schema_extra={"empty": "the last one"})  # fmt: skip
    task: Literal["auto", "classification", "regression"] = Field(
        "auto", title="Task",
        description="Auto: text and a few whole numbers are classes, other numbers are numbers.",
    )  # fmt: skip
    kinds: tuple[tuple[str, ColumnKind], ...] = Field(
        (), title="Column kinds", description="Only of columns that are not to be what they look like."
    )
    missing_numbers: Literal["mean", "median", "drop", "category"] = Field(
        "mean", title="Missing numbers",
        description="Fill in the column's mean or median, drop the row, or fill in the mean and add a column that "
                    "says where numbers were missing.",
    )  # fmt: skip
    missing_categories: Literal["category", "always", "drop"] = Field(
        "category", title="Missing categories",
        description="Category: one of their own in columns where any are missing. Always: one in every column, as the "
                    "book does. Drop: leave the row out.",
    )
    standardize: bool = Field(
        True, title="Standardise", description="Shift and scale number columns to mean 0, deviation 1."
    )
    log_target: bool = Field(
        False, title="Log target", description="Learn the logarithm: for prices and other numbers above 0."
    )
    test: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.15, title="Test share", description="Share of the rows set aside to judge the network at the end."
    )
    delimiter: Delimiter = Field("auto", title="Delimiter", description="What stands between two values.")
    header: Annotated[Literal["auto", "yes", "no"], BeforeValidator(_as_choice)] = Field(
        "auto", title="Header",
        description="Whether the first line holds the names of the columns. Auto: where it differs from the others.",
    )  # fmt: skip
    decimal: Literal["auto", "point", "comma"] = Field(
        "auto", title="Decimal sign", description="What parts fractions from whole numbers: 1.5 or 1,5."
    )

    def kind_of(self, column: str) -> ColumnKind | None:
        """What the person chose for a column, or None."""
        return dict(self.kinds).get(column)

    def with_kind(self, column: str, kind: ColumnKind | None) -> Table:
        """The same with another kind for one column; None: what it looks like."""
        kinds = tuple(item for item in self.kinds if item[0] != column)
        return self.model_copy(update={"kinds": (*kinds, (column, kind)) if kind else kinds})
