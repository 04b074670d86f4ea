"""What is inside of a block, as it is drawn small on its card: the layers that matter, in rows, and their wires."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from engine.graph.graph import Graph
from engine.graph.grid import CARD, COLUMN
from engine.layers.base import Category, Layer
from engine.layers.inputs import Input
from engine.layers.spatial import size_text
from engine.messages import LayerloomError

if TYPE_CHECKING:
    from engine.blocks.base import Block
    from engine.layout.layered import Layered

SLIGHT: frozenset[Category] = frozenset({"normalization", "activation", "regularization", "shape"})  # not drawn
ABOVE = 0.8  # from the first row to where its input comes in
TURN = 0.4  # from the middle of a row to where a wire to what stands lower has turned: not behind what is beside it
BAR_ROW = 0.5  # what a merge that ends it takes of a row
MOST_ROWS = 4.0  # more are drawn closer together
MOST_LAYERS = 120  # more are not told apart
Point = tuple[float, float]  # in columns from the middle, and in rows from the top


@dataclass(frozen=True, slots=True)
class Box:
    """A layer: its middle, how many columns wide it is, and its kernel or how many outputs it has."""

    category: Category
    text: str
    at: Point
    is_bar: bool = False  # a merge: only where wires meet
    across: float = 0.0  # from the first to the last of what meets in it, in columns


@dataclass(frozen=True, eq=False)
class Sketch:
    """Boxes, wires through points from top to bottom, and how many rows and columns all of it takes.

    One for each block, compared by identity: it is asked for with every picture.
    """

    boxes: tuple[Box, ...]
    wires: tuple[tuple[Point, ...], ...]
    rows: float
    left: float
    right: float


@lru_cache(maxsize=2048)
def sketch(block: Block) -> Sketch | None:
    """What is drawn on the card of a block; None: it cannot be told without knowing its input, or there is nothing."""
    graph = block.own_graph
    try:
        one = block.copy_number(0)
        graph = one.expand(one.typical_inputs()) if graph is None else graph
    except LayerloomError:
        return None
    small = _without_slight(graph)
    layers = sum(not isinstance(node.layer, Input) for node in small.nodes.values())
    return _drawn(small) if layers > 0 and len(small.nodes) <= MOST_LAYERS else None


def rows_of(drawn: Sketch | None) -> float:
    """How many rows a card has for it."""
    return 0 if drawn is None else min(drawn.rows, MOST_ROWS)


def _without_slight(graph: Graph) -> Graph:
    """The same without what only passes a tensor on in another form, its first input led on."""
    slight = {name for name, node in graph.nodes.items() if node.bypassed or node.layer.category in SLIGHT}
    if all(name in slight or isinstance(node.layer, Input) for name, node in graph.nodes.items()):
        return graph
    return graph.with_marks(slight, bypassed=True).active if slight else graph


def _drawn(graph: Graph) -> Sketch:
    # Every start asks for blocks, few networks have one: the modules of the layout would delay the first picture.
    from engine.layout.columns import columns
    from engine.layout.layered import Link, Unit, layered

    number = {name: index for index, name in enumerate(graph.order)}
    links = [Link(number[edge.source], number[name], (edge.port + 1) / (len(graph.inputs[name]) + 1) - 0.5)
             for name in graph.order for edge in graph.inputs[name]]
    layers = layered([Unit(CARD[0])] * len(number), links)
    middles, _ = columns(layers)
    places = _places(layers, middles, [graph.nodes[name].layer for name in graph.order])
    boxes = tuple(_box(graph.nodes[name].layer, index, layers, places) for name, index in number.items()
                  if not isinstance(graph.nodes[name].layer, Input))
    across = [places[item][0] for row in layers.rows for item in row]
    rows = max(at[1] for at in places) + (BAR_ROW if boxes[-1].is_bar else 1)
    return Sketch(boxes, tuple(_wires(layers, places)), rows, min(across), max(across))


def _places(layers: Layered, middles: Sequence[float], kinds: Sequence[Layer]) -> list[Point]:
    """Where each item is; inputs take no row of their own, and what has room below stands in the middle of it."""
    above = min(middles)
    first = 1 if all(isinstance(kinds[item], Input) for item in layers.rows[0] if item < len(kinds)) else 0
    shift = (above + max(middles)) / 2
    tops = _tops(layers, kinds, first)
    rows = [tops[row] + (_lowered(layers, item) if item < len(kinds) else 0) for item, row in enumerate(layers.row_of)]
    return [((middle - shift) / COLUMN, row) for middle, row in zip(middles, rows, strict=True)]


def _tops(layers: Layered, kinds: Sequence[Layer], first: int) -> list[float]:
    """Where each row is; one in which wires only meet takes less."""
    tops, at = [-ABOVE] * first, 0.0
    for row in layers.rows[first:]:
        tops.append(at)
        at += BAR_ROW if all(kinds[item].category == "merge" for item in row if item < len(kinds)) else 1
    return tops


def _lowered(layers: Layered, item: int) -> float:
    """By how many rows what is alone between two others stands lower, to be in the middle of its way."""
    count, end = 0, item
    while len(layers.below[end]) == 1 and layers.below[end][0][0] >= len(layers.units):
        end, count = layers.below[end][0][0], count + 1
    return count / 2 if len(layers.below[end]) == len(layers.above[item]) == 1 else 0


def _box(layer: Layer, item: int, layers: Layered, places: Sequence[Point]) -> Box:
    ends = [places[other][0] for other, _ in layers.above[item]]
    is_bar = layer.category == "merge" and len(ends) > 1
    return Box(layer.category, _words(layer), places[item], is_bar, max(ends) - min(ends) if is_bar else 0.0)


def _words(layer: Layer) -> str:
    kernel, outputs = getattr(layer, "kernel_size", None), getattr(layer, "out_features", None)
    if kernel is not None:
        rank = {"1d": 1, "3d": 3}.get(layer.kind()[-2:], 2)
        return size_text(kernel, rank) if isinstance(kernel, int | tuple) else ""
    return str(outputs) if isinstance(outputs, int) else ""


def _wires(layers: Layered, places: Sequence[Point]) -> Iterator[tuple[Point, ...]]:
    count = len(layers.units)
    for item in range(count):
        stack: list[tuple[int, tuple[Point, ...]]] = [(below, (places[item],)) for below, _ in layers.below[item]]
        while stack:
            other, points = stack.pop()
            if other < count:
                x, y = places[other]
                low = _lowered(layers, other)
                yield (*points, (x, y - low - TURN), (x, y)) if low else (*points, (x, y))
            else:
                stack += [(below, (*points, places[other])) for below, _ in layers.below[other]]
