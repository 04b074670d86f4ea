"""Cards by where they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.graph.graph import Node
from engine.graph.grid import COLUMN, STEP, size_of


class Grid:
    """Cards by the fields they lie in, to find those near another at once."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self._fields: dict[tuple[int, int], list[Node]] = {}
        for node in nodes:
            self.add(node)

    def add(self, node: Node) -> None:
        """Another card."""
        for field in _fields(node, (0, 0)):
            self._fields.setdefault(field, []).append(node)

    def is_near(self, node: Node, apart: tuple[float, float] = (8, 8)) -> bool:
        """Whether a card would overlap one of them, or nearly: with less ``apart``, across and down."""
        return next(self.near(node, apart), None) is not None

    def near(self, node: Node, apart: tuple[float, float] = (0, 0)) -> Iterator[Node]:
        """Those that a card would overlap, or nearly; large ones perhaps more than once."""
        return (other for field in _fields(node, apart) for other in self._fields.get(field, ())
                if _is_near(node, other, apart))


def _fields(node: Node, apart: tuple[float, float]) -> Iterator[tuple[int, int]]:
    (x, y), (width, height), (across, down) = node.position, size_of(node), apart
    for column in range(int((x - across) // COLUMN), int((x + width + across) // COLUMN) + 1):
        for row in range(int((y - down) // STEP), int((y + height + down) // STEP) + 1):
            yield column, row


def _is_near(node: Node, other: Node, apart: tuple[float, float]) -> bool:
    (x, y), (width, height), (across, down) = node.position, size_of(node), apart
    (a, b), (wide, high) = other.position, size_of(other)
    return a - width - across < x < a + wide + across and b - height - down < y < b + high + down
