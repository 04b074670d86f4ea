"""Which cards and wires stand out while the rest is dimmed: what was found, or the way of one tensor."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtWidgets import QGraphicsItem

from engine.graph.graph import Edge

DIMMED = 0.38  # opacity of what does not stand out


@dataclass(frozen=True)
class Highlight:
    """Asked while painting, so that another highlight touches no item of the canvas."""

    names: Collection[str]
    edges: Collection[Edge] = ()

    def tone(self, edge: Edge) -> str:
        """How a wire is drawn, of ``painting.WIRE_TONES``."""
        return "lit" if edge in self.edges else "dim"


def highlight_on(item: QGraphicsItem) -> Highlight | None:
    """What stands out in the scene that an item is in."""
    highlight: Highlight | None = getattr(item.scene(), "highlight", None)
    return highlight
