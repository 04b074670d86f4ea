"""What a paper's figure of a network shows, and where: volumes in ranks from left to right, branches in lanes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.analysis.analysis import Analysis
from engine.layers.base import Category, Layer, Shape
from engine.units import shape_text

SYMBOLS = {"Add": "+", "Subtract": "−", "Multiply": "×", "Divide": "÷"}
QUIET: frozenset[Category] = frozenset({"activation", "normalization", "regularization"})  # said, not drawn
LINE = 17  # letters in a line of words below a volume


@dataclass
class Station:
    """A volume of the figure, or a sign in a circle; ``words`` are the operations that make it."""

    name: str
    shape: Shape
    category: Category
    words: list[str]
    symbol: str = ""
    kernel: tuple[int, int] | None = None  # of what makes it
    sources: list[str] = field(default_factory=list)
    rank: int = 0
    lane: int = 0
    row: int = 0

    @property
    def label(self) -> str:
        """The shape as papers write it: ``6@28×28``."""
        if len(self.shape) > 2:
            return f"{self.shape[0]}@{shape_text(self.shape[1:])}"
        return shape_text(self.shape)


def stations_of(analysis: Analysis) -> dict[str, Station]:
    """The volumes of a network without faults, in order; what keeps the shape joins the words of what it follows."""
    analysis = analysis.active
    found: dict[str, Station] = {}
    stands: dict[str, str] = {}  # for each node the volume that shows what comes out of it
    graph = analysis.graph
    for name in (name for name in graph.order if name in analysis.members):
        layer, shape = graph.nodes[name].layer, analysis.nodes[name].output_shape or ()
        sources = [stands[source] for source in analysis.sources(name)]
        before = analysis.sources(name)
        if layer.category in QUIET and len(before) == 1 and before[0] != analysis.input \
                and len(graph.outputs[before[0]]) == 1 and found[sources[0]].shape == shape:
            stands[name] = sources[0]
            found[sources[0]].words += _wrapped(f"+ {layer.title}")
        else:
            stands[name] = name
            found[name] = Station(name, shape, layer.category, _words(layer, shape, name == analysis.input),
                                  SYMBOLS.get(layer.kind(), ""), _kernel(layer), sources)
    _rank(found)
    _lanes(found)
    return found


def _words(layer: Layer, shape: Shape, is_input: bool) -> list[str]:
    if is_input:
        return ["Input"]
    details = [part for part in layer.details() if part and part != str(shape[0] if shape else "")]
    title = getattr(layer, "label", "") or layer.title
    return [*_wrapped(title), *_wrapped(", ".join(details))]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, LINE)


def _kernel(layer: Layer) -> tuple[int, int] | None:
    size = getattr(layer, "kernel_size", None)
    if isinstance(size, int):
        return size, size
    return (size[0], size[1]) if isinstance(size, tuple) and len(size) == 2 else None


# -- ranks and lanes --------------------------------------------------------------------------------------------------


def _rank(stations: Mapping[str, Station]) -> None:
    for station in stations.values():
        station.rank = 1 + max((stations[source].rank for source in station.sources), default=-1)


def _lanes(stations: Mapping[str, Station]) -> None:
    """The longest way lies on lane 0; each branch on the nearest lane that is free beside it."""
    after: dict[str, list[str]] = {name: [] for name in stations}
    for station in stations.values():
        for source in station.sources:
            after[source].append(station.name)
    placed = set(_longest(stations))
    taken = {0: {stations[name].rank for name in placed}}
    for name, station in stations.items():
        if name in placed:
            continue
        branch = list(_branch(name, after, placed))
        joins = [stations[there].rank for there in after[branch[-1]]]
        ranks = set(range(station.rank, max([stations[branch[-1]].rank + 1, *joins])))
        lane = next(lane for lane in _nearest() if not taken.get(lane, set()) & ranks)
        taken.setdefault(lane, set()).update(ranks)
        placed.update(branch)
        for there in branch:
            stations[there].lane = lane


def _longest(stations: Mapping[str, Station]) -> Iterator[str]:
    name = max(stations, key=lambda name: stations[name].rank, default=None)
    while name is not None:
        yield name
        name = max(stations[name].sources, key=lambda source: stations[source].rank, default=None)


def _branch(name: str, after: Mapping[str, Sequence[str]], placed: set[str]) -> Iterator[str]:
    at: str | None = name
    while at is not None:
        yield at
        at = next((there for there in after[at] if there not in placed), None)


def _nearest() -> Iterator[int]:
    lane = 0
    while True:
        lane += 1
        yield -lane
        yield lane


def break_rows(stations: Mapping[str, Station], widths: Mapping[int, float], limit: float) -> None:
    """Begin a new row where one would grow wider than ``limit``: only where nothing but one arrow crosses over."""
    ranks = sorted(widths)
    crossing = dict.fromkeys(ranks, 0)
    for station in stations.values():
        for source in station.sources:
            for rank in range(stations[source].rank + 1, station.rank + 1):
                crossing[rank] += 1
    free = [rank for rank in ranks if rank and crossing[rank] == 1]
    row_of, row, start = {}, 0, 0
    for rank in ranks:
        after = next((other for other in free if other > rank), ranks[-1] + 1)
        width = sum(widths[other] for other in range(start, after))
        if rank in free and rank > start and width > limit:
            row, start = row + 1, rank
        row_of[rank] = row
    for station in stations.values():
        station.row = row_of[station.rank]
