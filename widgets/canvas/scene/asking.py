"""Where on the canvas a person asks for a layer, and for which one."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF

from engine.graph.graph import Edge


class SearchAt(NamedTuple):
    """A search at a scene point; of the fields below at most one is given."""

    point: QPointF
    after: tuple[str, ...] = ()  # selected cards: the new layer comes behind them
    source: str | None = None  # a wire was drawn out of this node and let go over nothing
    target: tuple[str, int] | None = None  # … or out of this input (node, port)
    edge: Edge | None = None  # it shall go into this wire
    replaces: tuple[str, ...] = ()  # cards that shall become another layer
