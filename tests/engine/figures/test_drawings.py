"""Figures and tables to the hundredth of an inch, beside what they were: ``drawings`` holds one text for each.

After a change that is wanted: ``python -m tests.engine.figures.test_drawings`` writes them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from matplotlib.artist import Artist
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from matplotlib.text import Text

from engine.analysis.analysis import Analysis, analyze
from engine.figures.figure import paper_figure
from engine.figures.layer_table import layer_table
from engine.figures.table_figure import table_figure
from engine.graph.graph import Graph
from engine.line.line import build_line

DRAWINGS = Path(__file__).with_name("drawings")
NETWORKS = {
    "chain": "input 1x28x28, conv 6 5x5 p2, sigmoid, avgpool 2, flatten, linear 120, relu, dropout, linear 10",
    "shortcut": "input 4x8x8, (conv 4 3x3 p1, bn +), relu, flatten, linear 3",
    "branches": "input 3x16x16, (conv 4 1x1 | conv 4 k3x5 p1x2, relu | maxpool 3 s1 p1, conv 2 1x1 |), vgg 2 128, gap, "
                "flatten, linear 10",
    "rows": "input 1x64x64, (conv 8 3x3 p1, relu, maxpool 2) x4, (conv 8 3x3 p1 +), conv 300 3x3 p1, "
            "(conv 8 1x1, relu) x9, flatten, linear 10",
    "sequence": "input 12, embedding 50 8, lstm 16, (linear 4 | linear 4), mean 1",
}  # fmt: skip


def _analysis(name: str) -> Analysis:
    return analyze(build_line(Graph(), NETWORKS[name])[0])


def _drawn(name: str) -> Figure:
    return paper_figure(_analysis(name))


FIGURES: dict[str, Callable[[], Figure]] = {
    **{name: partial(_drawn, name) for name in NETWORKS},
    "table": lambda: table_figure(layer_table(_analysis("chain"), "Chain, $5")),
    "table without a title": lambda: table_figure(layer_table(_analysis("shortcut"))),
}


def _at(*numbers: float) -> str:
    return " ".join(f"{number + 0.0:.2f}" for number in numbers)


def _told(figure: Figure) -> Iterator[str]:
    [axes] = figure.axes
    assert not axes.axison
    yield f"{_at(figure.get_figwidth(), figure.get_figheight())}, from {_at(*axes.get_xlim(), *axes.get_ylim())}"
    for artist in axes.get_children():
        yield from _told_of(artist) if artist is not axes.patch else ()


def _told_of(artist: Artist) -> Iterator[str]:
    if isinstance(artist, Circle):
        yield f"circle {_at(*artist.center, artist.radius)} {to_hex(artist.get_facecolor())}"
    elif isinstance(artist, Rectangle):
        yield (f"sheet {_at(artist.get_x(), artist.get_y(), artist.get_width(), artist.get_height())} "
               f"{to_hex(artist.get_facecolor())}")
    elif isinstance(artist, FancyArrowPatch):
        yield f"arrow {', '.join(_at(*place) for place in artist._path_original.vertices)}"
    elif isinstance(artist, Line2D):
        yield f"line {', '.join(_at(*place) for place in artist.get_xydata())} wide {_at(artist.get_linewidth())}"
    elif isinstance(artist, Text) and artist.get_text():
        yield (f"text {_at(*artist.get_position())} {artist.get_text()} ({artist.get_ha()} {artist.get_va()} "
               f"{artist.get_fontsize():g} {artist.get_fontweight()} {to_hex(artist.get_color())})")


@pytest.mark.parametrize("name", FIGURES)
def test_the_drawing_is_as_it_was(name: str) -> None:
    assert list(_told(FIGURES[name]())) == (DRAWINGS / f"{name}.txt").read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    for name, figure in FIGURES.items():
        (DRAWINGS / f"{name}.txt").write_text("\n".join(_told(figure())) + "\n", encoding="utf-8")
