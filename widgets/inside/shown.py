"""An array as a layer's output is looked at: which units it has, on which scale, and how each is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QImage

from engine.units import value_text
from widgets.inside.lattice import BarRow, Cells, Lattice, Tiled, Unit
from widgets.look.shades import Shade, picture, shade_of

Array = np.ndarray[Any, Any]
FEW = 32  # numbers are bars up to here
FINE = 112  # pixels of a map that are shown; of larger ones some are left out, for no tile shows more


@dataclass(frozen=True)
class Shown:
    """``units`` are C×H×W, whatever the array's shape was; ``most`` in size has the full colour."""

    array: Array
    units: Array
    most: float
    shade: Shade
    labels: tuple[str, ...] = ()

    @property
    def lattice(self) -> Lattice:
        """How they are laid out."""
        count, rows, columns = self.units.shape
        if self.array.ndim > 1:
            return Tiled(count, rows, columns)
        return BarRow(count) if count <= FEW else Cells(count)

    def value(self, unit: Unit) -> float:
        """Of one unit."""
        return float(self.units[unit])

    def has(self, unit: Unit) -> bool:
        """Whether there is such a unit."""
        return all(0 <= place < size for place, size in zip(unit, self.units.shape, strict=True))

    def words(self, unit: Unit) -> str:
        """“channel 6, row 4, column 3: −1.5”."""
        translate = QCoreApplication.translate
        if self.array.ndim == 1:
            named = self.labels[unit.channel] if unit.channel < len(self.labels) else ""
            place = named or translate("Shown", "unit {channel}")
        elif self.array.ndim == 2:
            place = translate("Shown", "row {row}, column {column}")
        else:
            place = translate("Shown", "channel {channel}, row {row}, column {column}")
        named = place.format(**unit._asdict()) if place else ""
        return f"{named}: {value_text(self.value(unit))}"

    def short_words(self, unit: Unit) -> str:
        """“6, 4, 3: −1.5”."""
        place = unit[: 1 if self.array.ndim == 1 else 3]
        return f"{', '.join(map(str, place[1:] if self.array.ndim == 2 else place))}: {value_text(self.value(unit))}"

    def atlas(self) -> tuple[QImage, int]:
        """All maps in one picture, so many in a row: a few calls draw it, however many there are."""
        every = max(1, -(-max(self.units.shape[1:]) // FINE))
        maps = self.units[:, ::every, ::every]
        count, rows, columns = maps.shape
        across = max(1, int(np.ceil(np.sqrt(count * rows / columns))))
        down = -(-count // across)
        filled = np.zeros((down * across, rows, columns), np.float32)
        filled[:count] = maps
        plane = filled.reshape(down, across, rows, columns).swapaxes(1, 2).reshape(down * rows, across * columns)
        return picture(plane, self.most, self.shade), across

    def rows_of(self, across: int) -> tuple[QImage, QImage]:
        """A vector as one pixel a number: the full rows, and the rest."""
        flat = self.units.reshape(-1)
        full = len(flat) // across * across
        return self._image(flat[:full].reshape(-1, across)), self._image(flat[full:].reshape(1, -1))

    def _image(self, values: Array) -> QImage:
        return picture(values, self.most, self.shade) if values.size else QImage()


def shown(array: Array, labels: Sequence[str] = (), most: float | None = None, shade: Shade | None = None) -> Shown:
    """N numbers, T×F, C×H×W or more (what comes before H×W is counted through). One scale for all: ``most``, by
    default the largest finite size; colours by whether anything is below 0."""
    array = np.asarray(array).reshape(-1) if np.ndim(array) == 0 else np.asarray(array)
    units = array.reshape(-1, 1, 1) if array.ndim == 1 else array.reshape(-1, *array.shape[-2:])
    finite = units[np.isfinite(units)] if units.size else units
    largest = float(np.abs(finite).max(initial=0.0))
    least = float(finite.min(initial=0.0))
    return Shown(array, units, largest if most is None else most, shade or shade_of(least), tuple(labels))
