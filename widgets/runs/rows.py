"""A run as a row of the table: plain values, filled in by whoever knows the runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from PySide6.QtCore import QCoreApplication

from widgets.look.text import QT_TRANSLATE_NOOP, tooltip

State = Literal["", "running", "paused", "waiting", "stopped", "failed"]
IN_HAND = -1  # the colour of the run whose curves are the first: the accent
_STATES = {
    "running": QT_TRANSLATE_NOOP("Runs", "running"),
    "paused": QT_TRANSLATE_NOOP("Runs", "paused"),
    "waiting": QT_TRANSLATE_NOOP("Runs", "waiting"),
    "stopped": QT_TRANSLATE_NOOP("Runs", "stopped"),
    "failed": QT_TRANSLATE_NOOP("Runs", "failed"),
}


class Cell(NamedTuple):
    """What stands in a column, and what it is sorted by; None and nan come last."""

    text: str
    value: float | str | None = None


class Column(NamedTuple):
    """A column after the two that are always there; numbers are right-aligned."""

    key: str
    title: str
    tip: str = ""
    is_number: bool = True


@dataclass(frozen=True)
class RunRow:
    """One run, or several that belong together: seeds, a series, a sweep.

    ``color``: its place among the colours of curves while it is drawn, or ``IN_HAND``. ``facts``: what else it is
    found by, such as ("lr", 0.1) by “lr>0.05”.
    """

    key: str
    name: str
    state: State
    changed: str
    cells: tuple[Cell, ...]
    star: bool = False
    note: str = ""
    tooltip: str = ""
    color: int | None = None
    children: tuple[RunRow, ...] = ()
    facts: tuple[tuple[str, float | str], ...] = ()

    @property
    def runs(self) -> tuple[str, ...]:
        """The keys of the runs that it stands for: its own, or those of its members."""
        return tuple(key for child in self.children for key in child.runs) if self.children else (self.key,)

    @property
    def title(self) -> str:
        """Its name, with its state where that says something."""
        word = state_word(self.state)
        return f"{self.name} {word}" if word else self.name

    @cached_property
    def words(self) -> str:
        """All that plain words find it by."""
        texts = [cell.text for cell in self.cells if isinstance(cell.value, str)]
        return " ".join((self.title, self.changed, self.note, *texts)).casefold()

    @property
    def hint(self) -> str:
        """What the mouse is told."""
        return tooltip(*(self.tooltip or self.changed).splitlines(), self.note)


def state_word(state: State) -> str:
    """What a state is called; one that needs no word has none."""
    return QCoreApplication.translate("Runs", _STATES[state]) if state in _STATES else ""


def spoken(row: RunRow, columns: Sequence[Column]) -> str:
    """What a screen reader says of a row."""
    star = QCoreApplication.translate("Runs", "starred") if row.star else ""
    cells = (f"{column.title} {cell.text}" for column, cell in zip(columns, row.cells, strict=False) if cell.text)
    return ", ".join(filter(None, (row.title, star, row.changed, row.note, *cells)))
