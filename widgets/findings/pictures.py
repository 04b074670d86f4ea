"""What a finding is shown by: curves, bars, small pictures and tables, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import QCoreApplication

from engine.units import grouped, measure_text, value_text
from widgets.look.shades import Shade

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

Cell = str | float | int | None


class Lines(NamedTuple):
    """Curves over one axis. ``marks`` are places on it with a name; ``log``: the values over powers of ten."""

    x: Sequence[float]
    ys: Mapping[str, Sequence[float]]  # each as long as x; NaN: nothing there
    x_title: str = ""
    y_title: str = ""
    marks: Sequence[tuple[float, str]] = ()
    title: str = ""
    log: bool = False


class Bars(NamedTuple):
    """One number for each name; ``stressed`` is the place of the one that it is about, None: all are alike."""

    names: Sequence[str]
    values: Sequence[float]
    value_title: str = ""
    name_title: str = ""
    title: str = ""
    stressed: int | None = None


class Grid(NamedTuple):
    """Pictures of H×W numbers on one scale, so that they can be compared; ``shade`` None: as their numbers need."""

    pictures: Sequence[Array]
    titles: Sequence[str] = ()
    shade: Shade | None = None
    title: str = ""


class Table(NamedTuple):
    """Rows of words and numbers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    title: str = ""


Picture = Lines | Bars | Grid | Table


def cell_text(cell: Cell) -> str:
    """A cell as it is written: ``61 706``, ``0.987``, words; “–” for what is not known."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return grouped(cell)
    return measure_text(cell)


def spoken(picture: Picture) -> str:
    """What is to be seen, in words."""
    if isinstance(picture, Lines):
        template = _tr("{name} from {first} to {last}")
        return "; ".join(template.format(name=name, first=value_text(float(values[0])), last=value_text(
            float(values[-1]))) for name, values in picture.ys.items() if len(values))
    if isinstance(picture, Bars):
        return "; ".join(f"{name} {value_text(float(value))}" for name, value in
                         zip(picture.names, picture.values, strict=True))
    if isinstance(picture, Grid):
        return "; ".join(filter(None, picture.titles)) or _tr("{count} pictures").format(count=len(picture.pictures))
    return "; ".join(" ".join(map(cell_text, row)) for row in (picture.columns, *picture.rows))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Finding", text)
