"""From numbers of the data to pixels of a plot, a whole curve at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from widgets.plot.decimate import Floats
from widgets.plot.scales import logarithms

FAR = 1e4  # pixels: Qt draws nothing beyond


class Projection(NamedTuple):
    """Where the axes lie."""

    left: float
    top: float
    width: float
    height: float
    span: tuple[float, float]
    ends: tuple[float, float]  # of the axis beside, in the numbers that are drawn
    is_log: bool

    def x(self, at: Floats) -> Floats:
        """Across, of places on the axis."""
        low, high = self.span
        return np.clip(self.left + (at - low) / (high - low) * self.width, -FAR, FAR)

    def y(self, values: Floats) -> Floats:
        """Down; what is not finite, or has no logarithm, is at no place: nan."""
        return self.y_of_drawn(logarithms(values) if self.is_log else values)

    def y_of_drawn(self, values: Floats) -> Floats:
        """Down, of numbers that are logarithms already where the axis has them."""
        low, high = self.ends
        values = np.where(np.isfinite(values), values, np.nan)
        return np.clip(self.top + self.height * (1 - (values - low) / (high - low)), -FAR, FAR)
