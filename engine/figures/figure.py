"""A network as papers draw it: feature maps as stacks of sheets, vectors as bars, what is done to them in words.

Loads matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from matplotlib.path import Path

from engine.analysis.analysis import Analysis, first_error
from engine.figures.plan import Station, break_rows, stations_of
from engine.layers.base import Category, Shape

# Inches.
TALLEST, LEAST = 1.35, 0.12  # of a sheet
SHEET_STEP, MOST_SHEETS = 0.055, 12
BAR_WIDTH, BAR_TALLEST = 0.15, 1.6
CIRCLE = 0.15
GAP, LINE_HEIGHT, LETTER = 0.42, 0.135, 0.066
MARGIN, LANE_GAP, ROW_GAP = 0.25, 0.22, 0.5
ROW_WIDTH = 13.5
TEXT, DIM, INK, ARROW = "#1d2430", "#5b6577", "#39424f", "#667085"
TINTS: dict[Category, str] = {  # of each category's volumes
    "input": "#e9ebef", "convolution": "#cfe0ff", "pooling": "#c9ebe8", "linear": "#f9d3d9", "block": "#f0d8f7",
    "merge": "#d9efd9", "shape": "#ebdfd2", "attention": "#fbd9cc", "sequence": "#cdebf4", "normalization": "#e2d6fb",
    "activation": "#fce3c2", "regularization": "#dde4ec", "code": "#eee8c3", "math": "#e4ecc9",
}  # fmt: skip


class Volume(NamedTuple):
    """Sheets of ``width`` × ``height``, each a step behind the one before."""

    width: float
    height: float
    sheets: int

    @property
    def depth(self) -> float:
        """How far the last sheet lies aside."""
        return (self.sheets - 1) * SHEET_STEP


class Place(NamedTuple):
    """The middle of a station's front sheet, and its volume."""

    x: float
    y: float
    volume: Volume

    @property
    def left(self) -> tuple[float, float]:
        """Where arrows end."""
        return self.x - self.volume.width / 2 - 0.04, self.y

    @property
    def right(self) -> tuple[float, float]:
        """Where arrows begin."""
        return self.x + self.volume.width / 2 + self.volume.depth + 0.04, self.y

    @property
    def top(self) -> float:
        """The upper edge of what is behind."""
        return self.y + self.volume.height / 2 + self.volume.depth


def paper_figure(analysis: Analysis) -> Figure:
    """The figure, as large as it needs to be. Raises LayerloomError when ``analyze`` found something wrong."""
    error = first_error(analysis)
    if error is not None:
        raise error
    stations = stations_of(analysis)
    places, width, height = places_of(stations)
    figure = Figure(figsize=(width, height), facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(-height, 0)
    for station in stations.values():
        _draw_arrows(axes, station, stations, places)
    for station in stations.values():
        _draw(axes, station, places[station.name])
        for source in station.sources[:1]:
            _draw_kernel(axes, station, stations[source], places)
    return figure


# -- sizes and places -------------------------------------------------------------------------------------------------


def _volumes(stations: Mapping[str, Station]) -> dict[str, Volume]:
    sides = [side for station in stations.values() for side in station.shape[-2:] if len(station.shape) > 1]
    counts = [station.shape[0] for station in stations.values() if len(station.shape) == 1]
    return {name: volume_of(station, max(sides, default=1), max(counts, default=1))
            for name, station in stations.items()}


def volume_of(station: Station, most: int, longest: int) -> Volume:
    """How large a station is drawn where the longest side of a map is ``most`` and the longest vector ``longest``."""
    shape: Shape = station.shape
    if station.symbol:
        return Volume(2 * CIRCLE, 2 * CIRCLE, 1)
    if len(shape) < 2:
        share = math.log1p(shape[0] if shape else 1) / math.log1p(max(longest, 10))
        return Volume(BAR_WIDTH, max(LEAST, BAR_TALLEST * share), 1)
    height, width = (max(LEAST, TALLEST * math.sqrt(side / most)) for side in shape[-2:])
    channels = math.prod(shape[:-2])
    sheets = 1 if channels == 1 else min(MOST_SHEETS, 2 + round(1.1 * math.log2(channels)))
    return Volume(width, height, sheets)


def places_of(stations: Mapping[str, Station]) -> tuple[dict[str, Place], float, float]:
    """Where each station is drawn, broken into rows, and the figure's width and height. Inches."""
    volumes = _volumes(stations)
    widths: dict[int, float] = {}
    for name, station in stations.items():
        words = max(map(len, [*station.words, station.label]), default=0) * LETTER
        volume = volumes[name]
        widths[station.rank] = max(widths.get(station.rank, 0.0), words, volume.width + 2 * volume.depth)
    widths = {rank: width + GAP for rank, width in widths.items()}
    total = sum(widths.values())
    break_rows(stations, widths, 1.1 * total / math.ceil(total / ROW_WIDTH))  # rows of about one length
    lefts, width = _lefts(stations, widths)
    middles, height = _middles(stations, volumes)
    places = {name: Place(lefts[s.rank] + widths[s.rank] / 2, middles[s.row, s.lane], volumes[name])
              for name, s in stations.items()}
    return places, width, height


def _lefts(stations: Mapping[str, Station], widths: Mapping[int, float]) -> tuple[dict[int, float], float]:
    """Where each rank begins, and how wide everything is."""
    row_of = {station.rank: station.row for station in stations.values()}
    lefts: dict[int, float] = {}
    at, row, widest = MARGIN, 0, 0.0
    for rank in sorted(widths):
        if row_of[rank] != row:
            row, at = row_of[rank], MARGIN
        lefts[rank] = at
        at += widths[rank]
        widest = max(widest, at)
    return lefts, widest + MARGIN


def _middles(stations: Mapping[str, Station],
             volumes: Mapping[str, Volume]) -> tuple[dict[tuple[int, int], float], float]:
    """The middle of each lane of each row, downwards from 0, and how high everything is."""
    middles: dict[tuple[int, int], float] = {}
    at = MARGIN
    for row in sorted({station.row for station in stations.values()}):
        here = [station for station in stations.values() if station.row == row]
        at += _room_above(here, stations)
        for lane in sorted({station.lane for station in here}):
            mine = [station for station in here if station.lane == lane]
            above = max(volumes[s.name].height / 2 + volumes[s.name].depth for s in mine) + LINE_HEIGHT * 1.6
            below = max(volumes[s.name].height / 2 + LINE_HEIGHT * (len(s.words) + 0.8) for s in mine)
            middles[row, lane] = -(at + above)
            at += above + below + LANE_GAP
        at += ROW_GAP - LANE_GAP
    return middles, at - ROW_GAP + MARGIN


def _room_above(here: list[Station], stations: Mapping[str, Station]) -> float:
    return 0.4 if any(_is_skip(stations[source], station) for station in here for source in station.sources) else 0.0


def _is_skip(source: Station, target: Station) -> bool:
    return target.rank > source.rank + 1 and source.lane == target.lane and source.row == target.row


# -- drawing ----------------------------------------------------------------------------------------------------------


def _draw(axes: Axes, station: Station, place: Place) -> None:
    volume, tint = place.volume, TINTS[station.category]
    if station.symbol:
        axes.add_patch(Circle((place.x, place.y), CIRCLE, facecolor="white", edgecolor=INK, linewidth=1.0, zorder=3))
        axes.text(place.x, place.y, station.symbol, ha="center", va="center", fontsize=13, color=INK, zorder=4)
    else:
        left, bottom = place.x - volume.width / 2, place.y - volume.height / 2
        for sheet in reversed(range(volume.sheets)):
            aside = sheet * SHEET_STEP
            axes.add_patch(Rectangle((left + aside, bottom + aside), volume.width, volume.height, facecolor=tint,
                                     edgecolor=INK, linewidth=0.6, zorder=3))
    aside = CIRCLE * 0.9 if station.symbol else volume.depth / 2  # arrows come into signs from above
    axes.text(place.x + aside, place.top + (0.0 if station.symbol else 0.07), station.label, va="bottom",
              ha="left" if station.symbol else "center", fontsize=8.5, color=TEXT, zorder=6)
    for line, words in enumerate(station.words):
        axes.text(place.x, place.y - volume.height / 2 - 0.1 - line * LINE_HEIGHT, words.replace("$", r"\$"),
                  ha="center", va="top", fontsize=7.5, color=TEXT if not line else DIM, zorder=6)


def _draw_kernel(axes: Axes, station: Station, source: Station, places: Mapping[str, Place]) -> None:
    """The window on the front sheet of what it is slid over, and where its sight lines meet."""
    if station.kernel is None or len(source.shape) != 3 or source.symbol \
            or (source.row, source.lane) != (station.row, station.lane):
        return
    at, to = places[source.name], places[station.name]
    height = min(0.8, max(0.1, station.kernel[0] / source.shape[1])) * at.volume.height
    width = min(0.8, max(0.1, station.kernel[1] / source.shape[2])) * at.volume.width
    left, bottom = at.x + at.volume.width * 0.44 - width, at.y - at.volume.height * 0.42
    axes.add_patch(Rectangle((left, bottom), width, height, facecolor="white", alpha=0.75, edgecolor=INK,
                             linewidth=0.6, zorder=4))
    tip = (to.x - to.volume.width * 0.25, to.y - to.volume.height * 0.25)
    for corner in (bottom, bottom + height):
        axes.plot([left + width, tip[0]], [corner, tip[1]], color=INK, linewidth=0.45, zorder=5)


def _draw_arrows(axes: Axes, station: Station, stations: Mapping[str, Station], places: Mapping[str, Place]) -> None:
    to = places[station.name]
    for source in station.sources:
        at = places[source]
        if stations[source].row != station.row:
            here = [s for s in stations.values() if s.row == station.row]
            _next_row(axes, at, to, max(places[s.name].top for s in here) + 0.34 + 0.6 * _room_above(here, stations))
        elif _is_skip(stations[source], station):
            between = [places[s.name].top for s in stations.values() if s.row == station.row
                       and s.lane == station.lane and stations[source].rank <= s.rank <= station.rank]
            _arc(axes, at, to, max(between) + 0.32)
        else:
            _curve(axes, at.right, to.left, late=stations[source].lane != 0)


def _curve(axes: Axes, start: tuple[float, float], end: tuple[float, float], *, late: bool) -> None:
    """An arrow to the right; into another lane it swings, at its beginning or ``late``."""
    if abs(start[1] - end[1]) < 1e-6:
        _arrow(axes, Path([start, end], [Path.MOVETO, Path.LINETO]))
        return
    swing = min(0.9, end[0] - start[0])
    a = (end[0] - swing, start[1]) if late else start
    b = end if late else (start[0] + swing, end[1])
    points = [start, a, (a[0] + swing / 2, a[1]), (b[0] - swing / 2, b[1]), b, end]
    _arrow(axes, Path(points, [Path.MOVETO, Path.LINETO, *[Path.CURVE4] * 3, Path.LINETO]))


def _arc(axes: Axes, at: Place, to: Place, high: float) -> None:
    """A way over what lies between, down into the top of its end."""
    start, end, soft = at.right[0] + 0.08, to.x, 0.14
    above = to.y + (CIRCLE + 0.02 if to.volume.width == 2 * CIRCLE else to.volume.height / 2 + to.volume.depth + 0.24)
    high = max(high, above + soft + 0.1)  # its end points down
    points = [at.right, (start, at.y), (start, at.y + soft), (start, high - soft), (start, high), (start + soft, high),
              (end - soft, high), (end, high), (end, high - soft), (end, above)]
    codes = [Path.MOVETO, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CURVE3,
             Path.CURVE3, Path.LINETO]
    _arrow(axes, Path(points, codes))


def _next_row(axes: Axes, at: Place, to: Place, between: float) -> None:
    """From the end of a row to the beginning of the next."""
    right, left = at.right[0] + 0.2, to.left[0] - 0.25
    points = [at.right, (right, at.y), (right, between), (left, between), (left, to.y), to.left]
    _arrow(axes, Path(points, [Path.MOVETO, *[Path.LINETO] * 5]))


def _arrow(axes: Axes, path: Path) -> None:
    axes.add_patch(FancyArrowPatch(path=path, arrowstyle="-|>,head_length=3.5,head_width=1.8", color=ARROW,
                                   linewidth=1.0, shrinkA=0, shrinkB=0, capstyle="round", joinstyle="round", fill=False,
                                   zorder=2))
