"""A table of a person's own, and what all tables have in common."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from engine.data.formats.arrays import Arrays
from engine.data.formats.suffixes import TABLES
from engine.data.progress import Steps
from engine.data.sources.base import Expected, OwnPath, Page, Request, Source, register


class Columns(Source):
    """A source whose examples are the rows of a CSV or TSV file."""

    finds = True
    reads: ClassVar[tuple[str, ...]] = ("path", "table")

    def options(self, request: Request) -> frozenset[str]:
        """Columns are standardised one by one, on a page of their own."""
        return frozenset({"validation", "seed"})

    def pages(self, request: Request) -> frozenset[Page]:
        """The columns, and how they become numbers."""
        return frozenset({"columns", "preparation"})

    def reading(self, request: Request, root: Path | None) -> Steps[Arrays]:
        """Inputs float64 N×F with NaN where a number is missing, and how to fill and scale them."""
        from engine.data.formats.table.reading import reading_table  # numpy is loaded when data are read

        return (yield from reading_table(self.paths(request, root)[0], request.table))


@register
class Table(Columns):
    """A CSV or TSV file."""

    id = "table"
    title = "Table (CSV)"
    about = "Your own table: a .csv, .tsv, .txt or .data file, also packed as .gz or .zip."
    kind = "file"
    expects = Expected((1,), "regression", output_shape=(1,))
    own = OwnPath("a table", TABLES, "Table…", "CSV or TSV: a table with one example to a row",
                  "Table", "Choose table…", "Choose a file first")

    def expected(self, request: Request) -> Expected:
        """The task that was chosen."""
        task = request.table.task
        return self.expects if task == "auto" else self.expects._replace(task=task)
